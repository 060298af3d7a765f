/** Shows the sign that a push service brought, and opens the notices when it is touched. It keeps nothing and asks nobody. */
type Shown = { title: string; body: string; url: string }
type PushLike = Event & { data: { json(): unknown } | null; waitUntil(work: Promise<unknown>): void }
type ClickLike = Event & { notification: { data: unknown; close(): void }; waitUntil(work: Promise<unknown>): void }
type Worker = {
  registration: { showNotification(title: string, options: object): Promise<void> }
  clients: { openWindow(url: string): Promise<unknown> }
  addEventListener(type: 'push', heard: (event: PushLike) => void): void
  addEventListener(type: 'notificationclick', heard: (event: ClickLike) => void): void
}

const worker = self as unknown as Worker
const plain: Shown = { title: '縁 Enishi', body: '新しいお知らせがあります。 / You have a new notice.', url: '/me/notices' }

function read(data: PushLike['data']): Shown {
  try {
    const { title, body } = { ...plain, ...(data?.json() as Partial<Shown>) }
    // Where it leads is this file's own: what comes from outside chooses no address.
    return { title: String(title), body: String(body), url: plain.url }
  } catch {
    return plain
  }
}

worker.addEventListener('push', (event) => {
  const { title, body, url } = read(event.data)
  event.waitUntil(
    worker.registration.showNotification(title, { body, tag: 'enishi-notice', renotify: true, icon: '/assets/mark.svg', data: url }),
  )
})

worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(worker.clients.openWindow(plain.url))
})

export {}
