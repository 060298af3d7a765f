/**
 * Lets this browser be told of notices: asks its holder, subscribes at the browser's own push service and hands the subscription to the
 * platform. `data-push-key` is the platform's public key.
 */
const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
const texts = {
  ready: { ja: '新しいお知らせがあるとき、この端末に知らせます。', en: 'This device can tell you when there is a new notice.' },
  told: {
    ja: 'この端末には、知らせるようになっています。やめるときは、下の一覧から外してください。',
    en: 'This device is told. To stop, remove it in the list below.',
  },
  unsupported: {
    ja: 'このブラウザーでは、通知を使えません。iPhone や iPad では、このページをホーム画面に加えると使えることがあります。メールも使えます。',
    en: 'This browser cannot show notifications. On an iPhone or iPad, adding this page to the home screen may help. Mail works too.',
  },
  denied: {
    ja: 'この端末の設定で、通知が止められています。ブラウザーの設定でこのサイトの通知を許してから、もう一度お試しください。',
    en: 'Notifications are turned off for this site. Allow them in the browser’s settings and try again.',
  },
  failed: {
    ja: '登録できませんでした。通信を確かめて、もう一度押してください。続くときは、メールをお使いください。',
    en: 'It did not work. Check the network and press again; if this goes on, use mail.',
  },
} as const

const box = document.querySelector<HTMLElement>('[data-push]')

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

/** What the holder would call this browser: enough to know it in a list, nothing that could track it. */
function labelOf(): string {
  const agent = navigator.userAgent
  const system = /iPhone|iPad|Android|Windows|Mac OS X|Linux/.exec(agent)?.[0] ?? ''
  const browser = /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? ''
  return [system.replace('Mac OS X', 'Mac'), browser.replace('Edg', 'Edge')].filter(Boolean).join(' · ')
}

async function start(place: HTMLElement): Promise<void> {
  const status = place.querySelector<HTMLElement>('[data-push-status]')
  const act = place.querySelector<HTMLElement>('[data-push-act]')
  const say = (what: keyof typeof texts, offer: boolean) => {
    if (status) status.textContent = texts[what][lang]
    if (act) act.hidden = !offer
  }
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return say('unsupported', false)
  if (Notification.permission === 'denied') return say('denied', false)
  const registration = await navigator.serviceWorker.register('/islands/notice-worker.js')
  const known = await registration.pushManager.getSubscription()
  if (known) return say('told', false)
  say('ready', true)
  act?.querySelector('button')?.addEventListener('click', () => {
    subscribe(registration, place.dataset.pushKey ?? '').then(
      () => location.assign('/me/notices/settings?said=subscribed'),
      () => say(Notification.permission === 'denied' ? 'denied' : 'failed', Notification.permission !== 'denied'),
    )
  })
}

/** Push needs a worker that is active; a new one becomes so in a moment. */
function activeOf({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const coming = installing ?? waiting
  if (active || !coming) return Promise.resolve()
  return new Promise((ready) => coming.addEventListener('statechange', () => coming.state === 'activated' && ready()))
}

async function subscribe(registration: ServiceWorkerRegistration, key: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('not granted')
  await activeOf(registration)
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) })
  const { endpoint, keys } = made.toJSON()
  const answer = await fetch('/me/notices/push', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth }, label: labelOf() }),
  })
  if (answer.ok) return
  // The platform knows nothing of it, so the browser shall not believe that it is told.
  await made.unsubscribe()
  throw new Error('not taken')
}

if (box) start(box).catch(() => undefined)

export {}
