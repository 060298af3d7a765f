import type { Page } from 'playwright-core'

/**
 * Waits until the page has its style sheets and fonts. After a click its elements are there, and count as visible, before the style
 * sheet is: whatever is measured then is a page that no one sees.
 */
export async function drawn(page: Page): Promise<void> {
  await page.waitForLoadState('load')
  await page.evaluate(() => document.fonts.ready)
}

/** By how many CSS pixels the page as it is drawn is wider than the screen; 0 or less is well. */
export async function widerThanScreen(page: Page): Promise<number> {
  await drawn(page)
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
}
