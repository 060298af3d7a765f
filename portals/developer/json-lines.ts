/** JSON text laid out for reading, without parsing it into values: numbers stay as they were written. Pure. */

export type Token = { kind: 'name' | 'string' | 'number' | 'word' | 'mark'; text: string; query?: string }
export type Line = { depth: number; tokens: Token[] }

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g

/** Members whose text leads somewhere. */
const leading = new Set(['reference', 'fullUrl', 'url'])

type Layout = { maxLines: number; follow: (value: string) => string | null }

/** @param follow the query behind an address or reference, null where there is none. `cut`: more lines than are shown. */
export function jsonLines(text: string, { maxLines, follow }: Layout): { lines: Line[]; cut: boolean } {
  const tokens = text.match(TOKEN) ?? []
  const lines: Line[] = [{ depth: 0, tokens: [] }]
  let depth = 0
  let member = ''
  const add = (token: Token) => void lines.at(-1)!.tokens.push(token)
  const turn = () => void lines.push({ depth, tokens: [] })
  for (let n = 0; n < tokens.length; n++) {
    if (lines.length > maxLines) return { lines: lines.slice(0, maxLines), cut: true }
    const token = tokens[n]!
    const next = tokens[n + 1]
    if (token === '{' || token === '[') {
      const empty = next === '}' || next === ']'
      add({ kind: 'mark', text: empty ? `${token}${next}` : token })
      if (empty) n++
      else {
        depth++
        turn()
      }
    } else if (token === '}' || token === ']') {
      depth--
      turn()
      add({ kind: 'mark', text: token })
    } else if (token === ',') {
      add({ kind: 'mark', text: ',' })
      turn()
    } else if (token === ':') add({ kind: 'mark', text: ': ' })
    else if (next === ':') {
      member = textIn(token)
      add({ kind: 'name', text: token })
    } else add(valueToken(token, leading.has(member) ? follow : null))
  }
  return { lines, cut: false }
}

function valueToken(token: string, follow: Layout['follow'] | null): Token {
  if (!token.startsWith('"')) return { kind: /^[-\d]/.test(token) ? 'number' : 'word', text: token }
  const query = follow?.(textIn(token)) ?? null
  return { kind: 'string', text: token, ...(query === null ? {} : { query }) }
}

function textIn(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    return token
  }
}
