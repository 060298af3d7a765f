// Puts style sheets, the mark and the font files where the platform serves them from. Plain Node 20, so that the launcher can call it.
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const STYLE_SHEETS = ['foundation', 'frame', 'menu', 'controls', 'content', 'table', 'signs', 'charts', 'code', 'source', 'kiosk', 'media']

/** The declarations among `tokens` that `css` uses, directly or through another token. */
export function tokensUsed(css, tokens) {
  const declared = new Map([...tokens.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value.trim()]))
  const used = new Map()
  const follow = (text) => {
    for (const [, name] of text.matchAll(/var\((--[\w-]+)/g)) {
      const value = declared.get(name)
      if (value === undefined || used.has(name)) continue
      used.set(name, value)
      follow(value)
    }
  }
  follow(css)
  return used
}

/** Names in `css` that neither `css` nor `tokens` declares: each is a spelling mistake. */
export function unknownNames(css, tokens) {
  const declared = new Set([...`${tokens}\n${css}`.matchAll(/(--[\w-]+):/g)].map(([, name]) => name))
  return [...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name).filter((name) => !declared.has(name))
}

const smaller = (css) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .replace(/\n+/g, '\n')
    .replace(/([{;,])\n/g, '$1')
    .trim()

/** Writes enishi.css, fonts.css, fonts/*.woff2 and mark.svg from the checkout `root` into `outDir`. */
export async function buildAssets(root, outDir) {
  const here = join(root, 'ui', 'assets')
  const fonts = join(root, 'node_modules', '@fontsource-variable', 'noto-sans-jp')
  await mkdir(join(outDir, 'fonts'), { recursive: true })

  const tokens = await readFile(join(root, 'node_modules', '@digital-go-jp', 'design-tokens', 'dist', 'tokens.css'), 'utf8')
  const css = (await Promise.all(STYLE_SHEETS.map((name) => readFile(join(here, 'css', `${name}.css`), 'utf8')))).join('\n')
  const unknown = unknownNames(css, tokens)
  if (unknown.length > 0) throw new Error(`style sheets use names nobody declares: ${unknown.join(', ')}`)
  const primitives = [...tokensUsed(css, tokens)].map(([name, value]) => `${name}:${value};`).join('')
  await writeFile(join(outDir, 'enishi.css'), `:root{${primitives}}\n${smaller(css)}\n`)

  const fontCss = await readFile(join(fonts, 'wght.css'), 'utf8')
  await writeFile(join(outDir, 'fonts.css'), smaller(fontCss).replaceAll('url(./files/', 'url(/assets/fonts/'))
  const files = (await readdir(join(fonts, 'files'))).filter((name) => name.endsWith('.woff2'))
  await Promise.all(files.map((name) => copyFile(join(fonts, 'files', name), join(outDir, 'fonts', name))))
  await copyFile(join(fonts, 'LICENSE'), join(outDir, 'fonts', 'LICENSE'))
  await copyFile(join(here, 'mark.svg'), join(outDir, 'mark.svg'))
}
