import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { lawPage } from './page.fixture.ts'

const file = new URL('../../../docs/law/privacy.md', import.meta.url)

test('docs/law/privacy.md says what the rows say', async () => {
  const page = `${lawPage().trimEnd()}\n`
  if (process.env.UPDATE_DOCS === '1') {
    await mkdir(new URL('.', file), { recursive: true })
    await writeFile(file, page)
  }
  const said = await readFile(file, 'utf8')
  expect(said, 'out of date: run `UPDATE_DOCS=1 npx vitest run care/consent/law/page.test.ts` and commit docs/law/privacy.md').toBe(page)
})
