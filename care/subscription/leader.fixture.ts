/** A leader in a process of its own, for a test that kills it: hands the outbox over and delivers, until it is gone. */
import { consentService } from '#care/consent'
import { accounts, personService } from '#care/person'
import { recordService } from '#care/record'
import { databaseClock } from '#kernel/clock'
import { openDatabase } from '#kernel/database'
import { lead } from '#kernel/leader'
import { handOut } from '#kernel/outbox'
import { outbound, parseAllowedHosts } from '#kernel/outbound'
import { subscriptionService } from './index.ts'

const [url = '', base = '', at = ''] = process.argv.slice(2)
const db = openDatabase({ url, poolSize: 3, applicationName: 'killed-leader' })
await databaseClock(db)
const now = () => new Date(at)
const consent = consentService()
const person = personService({ totpOnce: true, anyClientUnbound: true })
const record = recordService({ consent, person })
const service = subscriptionService({
  record,
  accounts,
  base,
  outbound: outbound(parseAllowedHosts('127.0.0.1:*+private+http')),
  chance: () => 0,
})
for (;;) {
  const lease = await lead(db, String(process.pid))
  if (lease) {
    await handOut(db, { epoch: lease.epoch, now: now(), takers: [service.feed] })
    await service.worker.deliverDue({ db, epoch: lease.epoch, now })
  }
  await new Promise((r) => setTimeout(r, 10))
}
