/**
 * Standard codes as one types. The field becomes a combobox: what was typed is asked of the platform with every letter, also while kana
 * are not yet turned into kanji; arrows move through the list, Enter chooses, Escape closes.
 * @spec WAI-ARIA Authoring Practices, editable combobox with list autocomplete
 */
type Result = {
  system: string
  systemTitle: { ja: string; en: string } | null
  code: string
  display: string
  kana: string | null
  status: string
  validTo: string | null
}

const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
const texts = {
  found: { ja: '{n} 件の候補があります。上下の矢印で選べます。', en: '{n} suggestions. Use the arrow keys.' },
  more: { ja: '候補が {n} 件を超えます。もう少し入力してください。', en: 'More than {n} suggestions. Type a little more.' },
  none: { ja: '候補はありません。', en: 'No suggestions.' },
  failed: { ja: '候補を取れませんでした。そのまま検索できます。', en: 'Suggestions could not be fetched. You can search as it is.' },
  ended: { ja: '使用終了', en: 'no longer used' },
} as const

const SHOWN = 12

function make(name: 'div' | 'span', className: string, text = ''): HTMLElement {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  return element
}

function optionOf(result: Result, id: string): HTMLElement {
  const option = make('div', 'term-option')
  option.id = id
  option.setAttribute('role', 'option')
  option.setAttribute('aria-selected', 'false')
  const name = make('span', 'term-option-name', result.display)
  name.lang = 'ja'
  option.append(name)
  if (result.kana) {
    const kana = make('span', 'term-option-kana', result.kana)
    kana.lang = 'ja'
    option.append(kana)
  }
  const place = [result.code, result.systemTitle?.[lang] ?? result.system].join('　')
  option.append(make('span', 'term-option-code', result.status === 'active' ? place : `${place}（${texts.ended[lang]}）`))
  return option
}

function start(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement>('input[type=search]')
  const list = box.querySelector<HTMLElement>('[role=listbox]')
  const status = box.querySelector<HTMLElement>('[data-term-status]')
  if (!input || !list || !status) return
  let results: Result[] = []
  let at = -1
  let asking: AbortController | null = null

  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': list.id,
  }))
    input.setAttribute(name, value)

  const say = (words: { ja: string; en: string }, n = 0) => {
    status.textContent = words[lang].replace('{n}', String(n))
  }
  const close = () => {
    list.hidden = true
    at = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const move = (to: number) => {
    const options = [...list.children] as HTMLElement[]
    options[at]?.setAttribute('aria-selected', 'false')
    at = options.length === 0 ? -1 : (to + options.length) % options.length
    const option = options[at]
    if (!option) return
    option.setAttribute('aria-selected', 'true')
    option.scrollIntoView({ block: 'nearest' })
    input.setAttribute('aria-activedescendant', option.id)
  }
  const show = (found: Result[], isMore: boolean) => {
    results = found
    list.replaceChildren(...found.map((result, n) => optionOf(result, `${list.id}-${n}`)))
    at = -1
    input.removeAttribute('aria-activedescendant')
    list.hidden = found.length === 0
    input.setAttribute('aria-expanded', String(found.length > 0))
    say(found.length === 0 ? texts.none : isMore ? texts.more : texts.found, found.length)
  }
  const choose = (result: Result) => {
    const { termHref } = box.dataset
    close()
    if (termHref !== undefined) {
      location.assign(termHref.replace('{system}', encodeURIComponent(result.system)).replace('{code}', encodeURIComponent(result.code)))
      return
    }
    input.value = result.display
    const [system, code] = [
      box.querySelector<HTMLInputElement>('[data-term-system]'),
      box.querySelector<HTMLInputElement>('[data-term-code]'),
    ]
    if (system) system.value = result.system
    if (code) code.value = result.code
    box.dispatchEvent(new CustomEvent('term-chosen', { bubbles: true, detail: result }))
  }
  const ask = async () => {
    asking?.abort()
    // an answer that is here already must not open the list again
    asking = null
    const words = input.value.trim()
    if (words === '') {
      close()
      status.textContent = ''
      return
    }
    const mine = new AbortController()
    asking = mine
    const systems = [...new Set((box.dataset.termSystems ?? '').split(' ').filter((s) => s !== ''))]
    const picked = box.closest('form')?.querySelector<HTMLSelectElement>('select[name=system]')?.value
    const query = new URLSearchParams([['q', words], ['count', String(SHOWN)], ...(picked ? [picked] : systems).map((s) => ['system', s])])
    try {
      const answer = await fetch(`/terminology/search?${query}`, { headers: { accept: 'application/json' }, signal: mine.signal })
      if (!answer.ok) throw new Error(String(answer.status))
      const { results: found, more } = (await answer.json()) as { results: Result[]; more: boolean }
      if (asking === mine) show(found, more)
    } catch {
      if (mine.signal.aborted) return
      close()
      say(texts.failed)
    }
  }

  input.addEventListener('input', () => {
    for (const hidden of box.querySelectorAll<HTMLInputElement>('input[type=hidden]')) hidden.value = ''
    void ask()
  })
  input.addEventListener('keydown', (event) => {
    // Keys that turn kana into kanji belong to the input method.
    if (event.isComposing) return
    const isOpen = !list.hidden
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (isOpen) move(event.key === 'ArrowDown' ? at + 1 : at < 0 ? -1 : at - 1)
      else void ask()
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault()
      close()
    } else if (event.key === 'Enter' && isOpen && at >= 0) {
      event.preventDefault()
      choose(results[at]!)
    } else if (event.key === 'Tab') close()
  })
  input.addEventListener('blur', close)
  list.addEventListener('mousedown', (event) => {
    // The field keeps the focus, so that the list is still there when the button is let go.
    event.preventDefault()
  })
  list.addEventListener('click', (event) => {
    const option = event.target instanceof Element ? event.target.closest('[role=option]') : null
    const n = option ? [...list.children].indexOf(option) : -1
    if (results[n]) choose(results[n])
  })
}

for (const box of document.querySelectorAll<HTMLElement>('[data-term-search]')) start(box)

export {}
