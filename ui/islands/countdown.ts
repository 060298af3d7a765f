/**
 * A shared screen must not keep one person's data for the next: when nobody touches it for `data-countdown-seconds`,
 * the page is emptied and left for `data-countdown-href`. The browser's back button finds nothing either.
 */
const box = document.querySelector<HTMLElement>('[data-countdown-seconds]')

function start(element: HTMLElement): void {
  const total = Number(element.dataset.countdownSeconds) * 1000
  const warn = Number(element.dataset.countdownWarn ?? 15) * 1000
  const href = element.dataset.countdownHref ?? '/'
  const left = element.querySelector<HTMLElement>('[data-countdown-left]')
  const text = left?.dataset.countdownText ?? '{n}'
  let touchedAt = Date.now()
  let shown = ''

  const clear = (): void => {
    clearInterval(timer)
    document.body.replaceChildren()
    document.title = '縁 Enishi'
    location.replace(href)
  }

  const show = (milliseconds: number): void => {
    // Spoken every five seconds only: a voice that counts each second hides the page.
    const seconds = Math.ceil(milliseconds / 5000) * 5
    const next = milliseconds <= warn ? text.replace('{n}', String(seconds)) : ''
    if (left && next !== shown) left.textContent = next
    shown = next
  }

  const tick = (): void => {
    const remaining = touchedAt + total - Date.now()
    if (remaining <= 0) clear()
    else show(remaining)
  }

  const touch = (): void => {
    touchedAt = Date.now()
  }
  // Wall-clock time, not ticks: a sleeping tablet must clear when it wakes.
  const timer = setInterval(tick, 500)
  for (const kind of ['pointerdown', 'keydown', 'input', 'scroll']) addEventListener(kind, touch, { passive: true, capture: true })
  addEventListener('visibilitychange', tick)
  addEventListener('pageshow', (event) => {
    if (event.persisted) clear()
  })
}

if (box) start(box)

export {}
