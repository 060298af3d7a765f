import { expect, test } from 'vitest'
import { openBrowser } from './browser.ts'

test('the test browser draws a page', async () => {
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 320, height: 200 } })
    await page.goto('data:text/html;charset=utf-8,<h1 style="color:red">縁</h1>')
    expect(await page.textContent('h1')).toBe('縁')
    const picture = await page.screenshot()
    expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG')
    expect(picture.length).toBeGreaterThan(500)
  } finally {
    await browser.close()
  }
})
