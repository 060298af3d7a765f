import type { ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import type { Accounts } from '#kernel/identity'
import type { RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import type { TokenMint } from '#kernel/token'
import type { CardCheck, DemoDoor } from './model.ts'
import type { OutsideClients } from './outside/service.ts'

export const LAW = '医療情報システムの安全管理に関するガイドライン 利用者の識別と認証（章は要確認）'
export const OAUTH = 'SMART App Launch 2.2 Backend Services'
export const NOBODY = '個人の情報を扱わない公開の画面'

/** Open to whoever comes: nobody is proven yet. */
export const open = { who: ['public'], why: ['HOPERAT'] } as const

export type SignInDeps = {
  person: PersonService
  accounts: Accounts
  mint: TokenMint
  cards: CardCheck
  /** Public address without a slash at its end; the token endpoint's audience is made from it. */
  baseUrl: string
  /** Address of the listener that asks clients for certificates; null where there is none. */
  tlsBase?: string | null
  /** Null where real people's data is kept: its rows then do not exist. */
  demo: DemoDoor | null
  /** Whose patients somebody may choose for an app; where it is absent, apps of staff start from a chart alone. */
  consent?: ConsentService
  /** OpenID providers that the operator brought; none where it is absent. */
  outside?: OutsideClients
  /** Whether a password is in the operator’s list of known ones; absent where they brought none. */
  isKnownPassword?: ((password: string) => boolean) | undefined
  /** True behind TLS. */
  secure: boolean
}

export const isForm = ({ headers }: RouteRequest) =>
  (headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded') && !wantsJson(headers.accept)
