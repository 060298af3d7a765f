import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Accounts } from '#kernel/identity'
import type { TokenMint } from '#kernel/token'
import type { DemoDoor } from '../model.ts'

/** What the provider stands on. Addresses without a slash at their end. */
export type ProviderDeps = {
  person: PersonService
  accounts: Pick<Accounts, 'citizen' | 'staff'>
  mint: TokenMint
  baseUrl: string
  tlsBase: string | null
  demo: DemoDoor | null
  /** True behind TLS. */
  secure: boolean
}

/** Launches of apps from a chart. Each is good once, for the staff who began it and the app it was begun for. */
export type LaunchContexts = {
  find(ctx: Context, about: LaunchAsked): Promise<{ patientKey: string; name: string } | undefined>
  spend(ctx: Context, about: LaunchAsked): Promise<{ patientKey: string } | undefined>
}
type LaunchAsked = { launchId: string; staffId: string; clientId: string }
