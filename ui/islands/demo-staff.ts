/** Fills the sign-in form with a demo member of staff and a code that holds now. Served with demo data only. */
const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
const statusLine = document.querySelector<HTMLElement>('[data-demo-status]')

const texts = {
  filled: { ja: '入りました。「サインインする」を押してください。', en: 'Filled in. Press “Sign in”.' },
  failed: { ja: '読み込めませんでした。もう一度押してください。', en: 'Could not be loaded. Press again.' },
} as const

function set(name: string, value: string): void {
  const input = document.querySelector<HTMLInputElement>(`#field-${name}`)
  if (input) input.value = value
}

async function fill(loginName: string): Promise<void> {
  const response = await fetch(`/demo/staff/${encodeURIComponent(loginName)}`, { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(String(response.status))
  const secret = (await response.json()) as { loginName: string; password: string; totp: string }
  set('loginName', secret.loginName)
  set('password', secret.password)
  set('totp', secret.totp)
  document.querySelector<HTMLButtonElement>('form[action="/sign-in/staff"] button')?.focus()
}

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-demo-staff]')) {
  button.addEventListener('click', () => {
    fill(button.dataset.demoStaff ?? '').then(
      () => {
        if (statusLine) statusLine.textContent = texts.filled[lang]
      },
      () => {
        if (statusLine) statusLine.textContent = texts.failed[lang]
      },
    )
  })
}

export {}
