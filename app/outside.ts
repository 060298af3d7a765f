import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type OutsideAudience, outsideClient, type OutsideClients, outsideSettings } from '#portals/sign-in'
import { badConfig, type Config } from './config.ts'

const named = { citizen: 'ENISHI_OUTSIDE_CITIZENS', staff: 'ENISHI_OUTSIDE_STAFF' } as const

/**
 * The OpenID providers that the operator brought. Nothing is called here.
 * @throws BadConfig naming the variable and what is wrong in its file
 */
export async function outsideClients({ outside }: Pick<Config, 'outside'>): Promise<OutsideClients> {
  const clients: OutsideClients = {}
  for (const audience of ['citizen', 'staff'] as const satisfies readonly OutsideAudience[]) {
    const path = outside[audience]
    if (path === null) continue
    const text = await readFile(path, 'utf8').catch(() => {
      throw badConfig(`${named[audience]}: ${path} を読めません / cannot be read`)
    })
    const settings = await outsideSettings(audience, text, (name) => readFile(resolve(dirname(path), name), 'utf8')).catch(
      (error: unknown) => {
        throw badConfig(`${named[audience]}: ${error instanceof Error ? error.message : 'unreadable'}`)
      },
    )
    clients[audience] = outsideClient(settings)
  }
  return clients
}
