/** The port through which mail leaves; an adapter implements it, `app` binds it. */
export type MailMessage = { to: string; subject: string; text: string }

/** `sent`: the next server took it. `refused`: it never will (no such address). `failed`: not now. `reason` in a word, never an address. */
export type MailResult = { outcome: 'sent' } | { outcome: 'refused' | 'failed'; reason: string }

export type Mailer = { send(message: MailMessage): Promise<MailResult> }
