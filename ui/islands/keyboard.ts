/**
 * Keys for desks: `/` goes to the patient search, `?` lists the page's shortcuts, and the key in `data-shortcut` presses its element.
 * Single keys can be switched off in the list, as WCAG 2.2 (2.1.4) asks, because voice input may trigger them.
 */
const OFF_KEY = 'enishi.shortcuts-off'

const texts = {
  ja: { title: 'キーボード操作', search: '検索へ移動', list: 'この一覧を開く', off: '1文字のキー操作を使わない', close: '閉じる' },
  en: {
    title: 'Keyboard shortcuts',
    search: 'Go to search',
    list: 'Open this list',
    off: 'Switch single-key shortcuts off',
    close: 'Close',
  },
}[document.documentElement.lang === 'en' ? 'en' : 'ja']

function make<Name extends keyof HTMLElementTagNameMap>(name: Name, text = '', ...children: Node[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  element.textContent = text
  element.append(...children)
  return element
}

/** Storage may be closed by the browser's settings; shortcuts then stay on. */
function switchedOff(): boolean {
  try {
    return localStorage.getItem(OFF_KEY) === '1'
  } catch {
    return false
  }
}

function remember(off: boolean): void {
  try {
    localStorage.setItem(OFF_KEY, off ? '1' : '0')
  } catch {}
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])'))

const withShortcut = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-shortcut]')]

const labelOf = (element: HTMLElement): string => element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''

function entries(): [key: string, label: string][] {
  const fixed: [string, string][] = document.querySelector('[data-search]') ? [['/', texts.search]] : []
  return [
    ...fixed,
    ['?', texts.list],
    ...withShortcut().map((element): [string, string] => [element.dataset.shortcut ?? '', labelOf(element)]),
  ]
}

function offSwitch(): HTMLElement {
  const box = make('input')
  box.type = 'checkbox'
  box.checked = switchedOff()
  box.addEventListener('change', () => remember(box.checked))
  const label = make('label', '', box, document.createTextNode(` ${texts.off}`))
  return make('p', '', label)
}

function openList(): void {
  const list = make('dl')
  for (const [key, label] of entries()) list.append(make('dt', '', make('kbd', key)), make('dd', label))
  const close = make('button', texts.close)
  close.className = 'button button-secondary'
  const title = make('h2', texts.title)
  title.id = 'shortcut-title'
  const dialog = make('dialog', '', title, list, offSwitch(), close)
  dialog.className = 'shortcut-dialog'
  dialog.setAttribute('aria-labelledby', title.id)
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}

function press(key: string): boolean {
  const target = withShortcut().find((element) => element.dataset.shortcut === key)
  target?.focus()
  target?.click()
  return target !== undefined
}

function act(key: string): boolean {
  if (key === '?') {
    openList()
    return true
  }
  if (switchedOff()) return false
  const search = document.querySelector<HTMLInputElement>('[data-search]')
  if (key === '/' && search) {
    search.focus()
    search.select()
    return true
  }
  return press(key)
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return
  if (act(event.key)) event.preventDefault()
})

export {}
