import type { ReactNode } from 'react'
import { t } from '#ui'
import { CopyButton, type PageOf } from './frame.tsx'
import { jsonLines, type Line, type Token } from './json-lines.ts'
import { queryHref, queryOf } from './query.ts'

/** Beyond this nobody reads on, and a phone would have to lay it out. */
const MAX_LINES = 2_000

/** The answer as text, coloured on the server; references lead to what they name. */
export function JsonView({ body, on, explain }: { body: string; on: PageOf; explain: boolean }): ReactNode {
  const { lines, cut } = jsonLines(body, { maxLines: MAX_LINES, follow: (value) => queryOf(value, on.base) })
  return (
    <>
      <div className="code-block">
        <pre className="code" id="answer-json" lang="ja">
          <code>
            {lines.map((line, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, on the server
              <JsonLine key={n} line={line} explain={explain} />
            ))}
          </code>
        </pre>
        <CopyButton of="answer-json" lang={on.lang} label="JSON" />
      </div>
      {cut ? (
        <p className="note">
          {t(on.lang, {
            ja: `長いため、はじめの${MAX_LINES}行だけを示しています。全体は「応答をそのまま開く」で見られます。`,
            en: `It is long; the first ${MAX_LINES} lines are shown. “Open the plain answer” has all of it.`,
          })}
        </p>
      ) : null}
    </>
  )
}

function JsonLine({ line, explain }: { line: Line; explain: boolean }): ReactNode {
  const depth = Math.min(line.depth, 8)
  return (
    <span className={depth > 0 ? `json-line json-depth-${depth}` : 'json-line'}>
      {'  '.repeat(line.depth)}
      {line.tokens.map((token, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, on the server
        <JsonToken key={n} token={token} explain={explain} />
      ))}
      {'\n'}
    </span>
  )
}

function JsonToken({ token, explain }: { token: Token; explain: boolean }): ReactNode {
  if (token.kind === 'string' && token.query !== undefined)
    return (
      <>
        "<a href={queryHref(token.query, { view: 'json', explain })}>{token.text.slice(1, -1)}</a>"
      </>
    )
  return token.kind === 'string' ? token.text : <span className={`json-${token.kind}`}>{token.text}</span>
}
