/** Files that a form sends. @spec RFC 7578 */

export type SentFile = { name: string; text: string }

/** Files by the name of their field, in order; fields without a file chosen are left out. Null where the body is no such form. */
export function sentFiles(body: string, contentType: string): Map<string, SentFile[]> | null {
  const boundary = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType)
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) return null
  const files = new Map<string, SentFile[]>()
  for (const part of `\r\n${body}`.split(`\r\n--${mark}`).slice(1)) {
    if (part.startsWith('--')) return files
    const end = part.indexOf('\r\n\r\n')
    if (end < 0) return null
    const about = /^content-disposition:\s*form-data;(.*)$/im.exec(part.slice(0, end))?.[1] ?? ''
    const field = /\bname="([^"]*)"/i.exec(about)?.[1]
    const name = /\bfilename="([^"]*)"/i.exec(about)?.[1]
    const text = part.slice(end + 4)
    if (field === undefined || name === undefined || (name === '' && text === '')) continue
    files.set(field, [...(files.get(field) ?? []), { name, text }])
  }
  // Without its closing mark the form is cut off.
  return null
}
