export type Token = { kind: 'name' | 'string' | 'number' | 'sign'; text: string }

const token = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|'([^']*)'|([0-9]+)|(!=|[.()[\]|=]))/y

/** Splits a search expression into names, strings, numbers and signs. Throws SyntaxError on any other character. */
export function tokenize(expression: string): Token[] {
  const out: Token[] = []
  const text = expression.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const parts = token.exec(text)
    if (!parts) throw new SyntaxError(`unexpected character at ${at} of '${text}'`)
    if (parts[1] !== undefined) out.push({ kind: 'name', text: parts[1] })
    else if (parts[2] !== undefined) out.push({ kind: 'string', text: parts[2] })
    else if (parts[3] !== undefined) out.push({ kind: 'number', text: parts[3] })
    else out.push({ kind: 'sign', text: parts[4]! })
  }
  return out
}
