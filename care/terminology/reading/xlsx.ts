/** The cells of a workbook's sheet as lines of text. Formulas are not computed: the value stored beside them is read. @spec ECMA-376 SpreadsheetML */
import { SaxesParser } from 'saxes'
import type { Line } from './csv.ts'
import { NotAZip, zipMembers } from './zip.ts'

const MAX_CELLS = 5_000_000
/** Days of the serial number 0 in workbooks, counted from 1970. */
const EPOCH = Date.UTC(1899, 11, 30)

/** A sheet of a workbook: the first one, or the one of this name. @throws NotAZip */
export function sheetLines(bytes: Buffer, name?: string): Line[] {
  const member = zipMembers(bytes)
  const book = member('xl/workbook.xml')
  if (!book) throw new NotAZip('not a workbook')
  const strings = sharedStrings(member('xl/sharedStrings.xml'))
  const isDate = dateStyles(member('xl/styles.xml'))
  const sheet = member(sheetPath(book, member('xl/_rels/workbook.xml.rels'), name))
  if (!sheet) throw new NotAZip('the sheet is not there')
  return linesOf(sheet, { strings, isDate })
}

function parse(
  xml: Buffer,
  on: { open?: (name: string, attributes: Record<string, string>) => void; text?: (text: string) => void; close?: (name: string) => void },
): void {
  const parser = new SaxesParser()
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  parser.on('opentag', ({ name, attributes }) => on.open?.(local(name), attributes as Record<string, string>))
  parser.on('text', (text) => on.text?.(text))
  parser.on('closetag', ({ name }) => on.close?.(local(name)))
  parser.on('doctype', () => {
    throw new NotAZip('a document type is not allowed')
  })
  parser.on('error', (error) => {
    throw new NotAZip(error.message)
  })
  parser.write(xml.toString('utf8')).close()
}

function sheetPath(book: Buffer, relations: Buffer | null, wanted: string | undefined): string {
  const sheets: { name: string; id: string }[] = []
  parse(book, {
    open: (tag, a) => {
      if (tag === 'sheet') sheets.push({ name: a.name ?? '', id: a['r:id'] ?? '' })
    },
  })
  const sheet = wanted === undefined ? sheets[0] : sheets.find((s) => s.name === wanted)
  let target = ''
  if (relations)
    parse(relations, {
      open: (tag, a) => {
        if (tag === 'Relationship' && a.Id === sheet?.id) target = a.Target ?? ''
      },
    })
  if (target === '') return 'xl/worksheets/sheet1.xml'
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`
}

/** Texts that cells point to; the readings that Excel keeps beside kanji are left out. */
function sharedStrings(xml: Buffer | null): string[] {
  const found: string[] = []
  let [text, inText, inReading] = ['', false, false]
  if (xml)
    parse(xml, {
      open: (tag) => {
        if (tag === 'si') text = ''
        else if (tag === 't') inText = true
        else if (tag === 'rPh') inReading = true
      },
      text: (piece) => {
        if (inText && !inReading) text += piece
      },
      close: (tag) => {
        if (tag === 't') inText = false
        else if (tag === 'rPh') inReading = false
        else if (tag === 'si') found.push(text)
      },
    })
  return found
}

/** Number formats that show a date: the built-in ones, and own ones that name year, month or day. */
function dateStyles(xml: Buffer | null): (style: number) => boolean {
  const own = new Set<number>()
  const formats: number[] = []
  let inCells = false
  if (xml)
    parse(xml, {
      open: (tag, a) => {
        if (tag === 'numFmt' && /[ymdge]/i.test((a.formatCode ?? '').replace(/"[^"]*"|\[[^\]]*\]|General/gi, '')))
          own.add(Number(a.numFmtId))
        if (tag === 'cellXfs') inCells = true
        if (tag === 'xf' && inCells) formats.push(Number(a.numFmtId))
      },
      close: (tag) => {
        if (tag === 'cellXfs') inCells = false
      },
    })
  return (style) => {
    const format = formats[style] ?? 0
    return (format >= 14 && format <= 22) || (format >= 27 && format <= 36) || (format >= 50 && format <= 58) || own.has(format)
  }
}

function linesOf(sheet: Buffer, { strings, isDate }: { strings: readonly string[]; isDate: (style: number) => boolean }): Line[] {
  const lines: Line[] = []
  let cells: string[] = []
  let [row, column, kind, style, text, inValue, total] = [0, 0, '', 0, '', false, 0]
  parse(sheet, {
    open: (tag, a) => {
      if (tag === 'row') {
        row = a.r === undefined ? row + 1 : Number(a.r)
        cells = []
        column = 0
      } else if (tag === 'c') {
        column = a.r === undefined ? column + 1 : columnOf(a.r)
        kind = a.t ?? ''
        style = Number(a.s ?? 0)
        text = ''
        if (++total > MAX_CELLS) throw new NotAZip('too many cells')
      } else if (tag === 'v' || (tag === 't' && kind === 'inlineStr')) inValue = true
    },
    text: (piece) => {
      if (inValue) text += piece
    },
    close: (tag) => {
      if (tag === 'v' || tag === 't') inValue = false
      else if (tag === 'c' && column > 0 && column <= 1_000) {
        while (cells.length < column - 1) cells.push('')
        cells[column - 1] = cellValue({ kind, text, date: isDate(style) }, strings)
      } else if (tag === 'row' && cells.some((cell) => cell.trim() !== '')) lines.push({ line: row, cells })
    },
  })
  return lines
}

const columnOf = (place: string): number => [...place.replace(/[0-9]+$/, '')].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0)

function cellValue({ kind, text, date }: { kind: string; text: string; date: boolean }, strings: readonly string[]): string {
  if (kind === 's') return strings[Number(text)] ?? ''
  if (kind !== '' && kind !== 'n') return text
  if (text === '' || Number.isNaN(Number(text))) return text
  if (date) return new Date(EPOCH + Math.floor(Number(text)) * 86_400_000).toISOString().slice(0, 10)
  // A code typed as a number comes as 1.23E+15; nothing of it is lost below 2^53.
  return /e/i.test(text) && Number.isSafeInteger(Number(text)) ? String(Number(text)) : text
}
