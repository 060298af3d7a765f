/** Comfort for the developers' pages: Ctrl+Enter (⌘Enter) runs the query, buttons copy text, a list narrows while one types. */
const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'

const texts = {
  copied: { ja: 'コピーしました', en: 'Copied' },
  failed: { ja: 'コピーできませんでした', en: 'Could not be copied' },
} as const

for (const box of document.querySelectorAll<HTMLTextAreaElement>('[data-query]'))
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return
    event.preventDefault()
    box.form?.requestSubmit()
  })

function say(button: HTMLElement, words: string): void {
  const before = [...button.childNodes]
  const status = document.createElement('span')
  status.setAttribute('role', 'status')
  button.replaceChildren(status)
  status.textContent = words
  setTimeout(() => button.replaceChildren(...before), 1_500)
}

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
  const source = document.getElementById(button.dataset.copy ?? '')
  // The clipboard exists on secure origins alone.
  if (!source || !navigator.clipboard) continue
  button.hidden = false
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent ?? '').then(
      () => say(button, texts.copied[lang]),
      () => say(button, texts.failed[lang]),
    )
  })
}

for (const field of document.querySelectorAll<HTMLInputElement>('[data-narrows]')) {
  const rows = [...document.querySelectorAll<HTMLElement>(`#${field.dataset.narrows} tbody tr`)]
  const folded = (text: string) => text.normalize('NFKC').toLowerCase()
  field.addEventListener('input', () => {
    const wanted = folded(field.value.trim())
    for (const row of rows) row.hidden = !folded(row.textContent ?? '').includes(wanted)
  })
}

export {}
