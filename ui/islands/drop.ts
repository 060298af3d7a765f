/** A file dropped on a text box, or chosen beside it, is read into the box. It leaves the browser only when the form is sent. */
const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
const LARGEST = 2_000_000

const words = {
  read: { ja: (name: string) => `${name} を読み込みました。`, en: (name: string) => `${name} was read.` },
  large: {
    ja: (name: string) => `${name} は大きすぎます（2MBまで）。手元で npm run enishi -- validate を使ってください。`,
    en: (name: string) => `${name} is too large (2 MB at most). Use npm run enishi -- validate on your machine.`,
  },
  failed: {
    ja: (name: string) => `${name} は UTF-8 の文字として読めません。`,
    en: (name: string) => `${name} cannot be read as UTF-8 text.`,
  },
} as const

for (const field of document.querySelectorAll<HTMLElement>('[data-drop]')) {
  const box = field.querySelector('textarea')
  const pick = field.querySelector<HTMLElement>('[data-drop-pick]')
  const input = pick?.querySelector('input')
  const hint = field.querySelector<HTMLElement>('[data-drop-hint]')
  const status = field.querySelector<HTMLElement>('[data-drop-status]')
  if (!box || !pick || !input || !hint || !status) continue
  pick.hidden = false
  hint.hidden = false
  const say = (what: keyof typeof words, name: string) => {
    status.textContent = words[what][lang](name)
  }

  const read = async (file: File) => {
    if (file.size > LARGEST) return say('large', file.name)
    const bytes = new Uint8Array(await file.arrayBuffer())
    try {
      box.value = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      say('read', file.name)
    } catch {
      // What is no text is written as base64 where the field takes bytes too.
      if (!field.hasAttribute('data-drop-bytes')) return say('failed', file.name)
      box.value = btoa(String.fromCharCode(...bytes.slice(0, 20_000)))
      say('read', file.name)
    }
  }

  input.addEventListener('change', () => {
    const [file] = input.files ?? []
    if (file) void read(file)
  })
  const over = (event: DragEvent, isOver: boolean) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    field.toggleAttribute('data-over', isOver)
  }
  field.addEventListener('dragover', (event) => over(event, true))
  field.addEventListener('dragleave', (event) => over(event, false))
  field.addEventListener('drop', (event) => {
    over(event, false)
    const [file] = event.dataTransfer?.files ?? []
    if (file) void read(file)
  })
}

export {}
