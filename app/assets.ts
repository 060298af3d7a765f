import { readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import type { MountRow } from '#kernel/route'

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  png: 'image/png',
  json: 'application/json',
}

/** Style sheets, fonts and islands, out of the built folder and nowhere else. */
export function assetRow(folder: 'assets' | 'islands', root: string): MountRow {
  return {
    kind: 'mount',
    path: `/${folder}`,
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: '個人情報を含まない静的ファイル',
    summary: { ja: '画面の見た目と部品', en: 'Looks and parts of the pages' },
    async handle(request) {
      const name = normalize(decodeURIComponent(new URL(request.url).pathname.slice(folder.length + 2)))
      const type = types[name.split('.').at(-1) ?? '']
      if (name.startsWith('..') || name.startsWith('/') || name.includes('\0') || type === undefined)
        return new Response(null, { status: 404 })
      const found = await readFile(join(root, folder, name)).catch(() => null)
      if (found === null) return new Response(null, { status: 404 })
      return new Response(new Uint8Array(found), { headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } })
    },
  }
}
