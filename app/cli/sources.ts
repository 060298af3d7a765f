import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import type { Finding } from '#packages/fhir'
import { EXIT, Stop } from './command.ts'

/** A file to read; `shown` is how the operator named it. */
export type Source = { path: string; shown: string; bytes: number; isNdjson: boolean }

/** One JSON document: a whole file, or one line of NDJSON (`line` from 1). `end`: bytes of the file read so far. */
export type Document = { shown: string; line: number | null; end: number } & ({ text: string } | { unread: Finding })

/** As much as a resource may measure. Longer files and lines are refused unread. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024

const ndjson = new Set(['.ndjson', '.jsonl'])

/** What a folder is searched for. */
const readable = new Set(['.json', '.xml', ...ndjson])

/** The files named, and those below the folders named (`.json`, `.xml`, `.ndjson`, `.jsonl`), in the order of their names. */
export async function findSources(names: readonly string[], cwd: string): Promise<Source[]> {
  const found: Source[] = []
  for (const name of names) {
    const path = resolve(cwd, name)
    const is = await stat(path).catch(() => missing(name))
    if (!is.isDirectory()) {
      found.push({ path, shown: name, bytes: is.size, isNdjson: ndjson.has(extname(path)) })
      continue
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    const inside = entries.filter((e) => e.isFile() && readable.has(extname(e.name)))
    if (inside.length === 0) empty(name)
    for (const file of inside.map((e) => join(e.parentPath, e.name)).sort()) {
      const shown = join(name, file.slice(path.length + 1))
      found.push({ path: file, shown, bytes: (await stat(file)).size, isNdjson: ndjson.has(extname(file)) })
    }
  }
  return found
}

function missing(name: string): never {
  throw new Stop(EXIT.couldNotRun, {
    ja: `${name} が見つからないか、読めません。場所を確かめてください。`,
    en: `${name} does not exist or cannot be read. Check the path.`,
  })
}

function empty(name: string): never {
  throw new Stop(EXIT.couldNotRun, {
    ja: `フォルダー ${name} に .json、.xml、.ndjson、.jsonl のファイルがありません。`,
    en: `The folder ${name} holds no .json, .xml, .ndjson or .jsonl file.`,
  })
}

/** The documents of a file, one at a time. */
export async function* documentsOf(source: Source): AsyncGenerator<Document> {
  try {
    if (source.isNdjson) yield* linesOf(source)
    else yield await wholeOf(source)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) missing(source.shown)
    throw error
  }
}

async function wholeOf(source: Source): Promise<Document> {
  const about = { shown: source.shown, line: null, end: source.bytes }
  if (source.bytes > MAX_DOCUMENT_BYTES) return { ...about, unread: tooLong }
  return { ...about, ...decoded(await readFile(source.path)) }
}

async function* linesOf(source: Source): AsyncGenerator<Document> {
  let line = 0
  let end = 0
  let held: Buffer[] = []
  let heldBytes = 0
  const take = (): Document[] => {
    line++
    const about = { shown: source.shown, line, end }
    const whole = heldBytes > MAX_DOCUMENT_BYTES ? null : Buffer.concat(held)
    held = []
    heldBytes = 0
    if (whole === null) return [{ ...about, unread: tooLong }]
    const read = decoded(whole)
    return 'text' in read && read.text.trim() === '' ? [] : [{ ...about, ...read }]
  }
  const hold = (part: Buffer) => {
    heldBytes += part.length
    // A line past the limit is counted on, not kept.
    if (heldBytes <= MAX_DOCUMENT_BYTES) held.push(part)
    else held = []
  }
  for await (const chunk of createReadStream(source.path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
      hold(chunk.subarray(start, at))
      end += at + 1 - start
      start = at + 1
      yield* take()
    }
    hold(chunk.subarray(start))
    end += chunk.length - start
  }
  if (heldBytes > 0) yield* take()
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decoded(bytes: Buffer): { text: string } | { unread: Finding } {
  try {
    return { text: utf8.decode(bytes) }
  } catch {
    return { unread: notUtf8 }
  }
}

const tooLong: Finding = {
  severity: 'error',
  code: 'too-long',
  path: '',
  ruleId: 'json/too-large',
  ja: `大きすぎます（上限 ${MAX_DOCUMENT_BYTES} バイト）。分けてください。`,
  en: `Larger than ${MAX_DOCUMENT_BYTES} bytes. Split it.`,
}

const notUtf8: Finding = {
  severity: 'error',
  code: 'structure',
  path: '',
  ruleId: 'json/encoding',
  ja: '文字コードが UTF-8 ではありません。UTF-8 で保存し直してください。',
  en: 'The text is not UTF-8. Save it as UTF-8.',
}

/** Where a document stands: `file`, or `file:line`. */
export const placeOf = (document: { shown: string; line: number | null }): string =>
  document.line === null ? document.shown : `${document.shown}:${document.line}`
