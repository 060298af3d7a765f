/** A master's file as lines of cells: CSV, tab separated text, or the sheet of an Excel workbook. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { MisfitFile, type Misfit } from '../model.ts'
import { BrokenLine, type Line, linesIn } from './csv.ts'
import { textIn, Undecodable } from './text.ts'
import { sheetLines } from './xlsx.ts'
import { looksLikeZip, NotAZip } from './zip.ts'

const CHUNK = 256 << 10
/** Larger workbooks do not come from anybody; a CSV may be of any length. */
const MAX_WORKBOOK = 200 << 20

export type Source = { path: string; bytes: number; digest: string; isWorkbook: boolean }

/** Looks at a file: how long it is, its SHA-256, and whether it is a workbook. */
export async function sourceAt(path: string): Promise<Source> {
  const { size } = await stat(path)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) hash.update(chunk)
  const file = await open(path)
  const head = Buffer.alloc(4)
  await file.read(head, 0, 4, 0)
  await file.close()
  return { path, bytes: size, digest: hash.digest('hex'), isWorkbook: looksLikeZip(head) }
}

/** The lines of a file. @param progress told how many bytes were read. @throws MisfitFile where it cannot be read at all */
export async function* fileLines(
  source: Source,
  options: { tabs: boolean; sheet?: string; progress: (bytes: number) => void },
): AsyncGenerator<Line> {
  const file = basename(source.path)
  try {
    if (source.isWorkbook) {
      if (source.bytes > MAX_WORKBOOK) throw new NotAZip('too large')
      yield* sheetLines(await readFile(source.path), options.sheet)
      options.progress(source.bytes)
      return
    }
    let read = 0
    const stream = createReadStream(source.path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>
    const counted = (async function* () {
      for await (const chunk of stream) {
        read += chunk.length
        options.progress(read)
        yield chunk
      }
    })()
    yield* linesIn(textIn(counted), options.tabs ? '\t' : ',')
  } catch (error) {
    const misfit = misfitOf(error, file)
    if (!misfit) throw error
    throw new MisfitFile([misfit])
  }
}

function misfitOf(error: unknown, file: string): Misfit | null {
  const at = { file, column: 0, name: '' }
  if (error instanceof Undecodable)
    return {
      ...at,
      line: error.line,
      ja: 'UTF-8 でも Shift_JIS でもない文字があります。配布されたままのファイルを使うか、UTF-8 で保存し直してください。',
      en: 'A character is neither UTF-8 nor Shift_JIS. Use the file as it was published, or save it as UTF-8.',
    }
  if (error instanceof BrokenLine)
    return {
      ...at,
      line: error.line,
      column: error.column,
      ja:
        error.why === 'quote'
          ? '引用符「"」が閉じていません。この行の引用符を直してください。'
          : '1行が長すぎます。改行の入った表かどうかを確かめてください。',
      en:
        error.why === 'quote'
          ? 'A quotation mark is not closed. Correct the quotation marks of this line.'
          : 'The line is too long. Check that the file is a table with line ends.',
    }
  if (error instanceof NotAZip)
    return {
      ...at,
      line: 0,
      ja: `Excel ブック（.xlsx）として読めません（${error.message}）。Excel で開き、.xlsx か CSV で保存し直してください。`,
      en: `It cannot be read as an Excel workbook (${error.message}). Open it in Excel and save it as .xlsx or CSV.`,
    }
  return null
}
