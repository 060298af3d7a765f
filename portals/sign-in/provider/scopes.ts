/** Which scopes an app may ask for. Pure. @spec SMART App Launch 2.2, scopes and launch context */
import type { FoundApp } from '#care/person'
import { scopeCovers, smartScope } from '#kernel/scope'

/** Scopes about who signs in and how the app is launched, not about records. */
export const signInScopes: readonly string[] = [
  'openid',
  'fhirUser',
  'profile',
  'offline_access',
  'online_access',
  'launch',
  'launch/patient',
]
/** Those of them that OpenID Connect defines claims or meaning for. */
export const openIdScopes: readonly string[] = ['openid', 'fhirUser', 'profile', 'offline_access']

export const scopeList = (text: unknown): string[] => (typeof text === 'string' ? [...new Set(text.split(' ').filter(Boolean))] : [])

/** Of the scopes asked for, those that the app's register entry covers; `system/` ones are for systems that act for nobody. */
export const mayAsk = (app: Pick<FoundApp, 'scopes'>, asked: readonly string[]): string[] =>
  asked.filter((scope) =>
    signInScopes.includes(scope) ? app.scopes.includes(scope) : smartScope(scope)?.context !== 'system' && scopeCovers(app.scopes, scope),
  )

/** Whether any of them reaches records. */
export const reachRecords = (scopes: readonly string[]): boolean => scopes.some((scope) => smartScope(scope) !== null)

/**
 * What of the scopes can be granted to this kind of person. A person's own app reaches one record, so `user/` means nothing there; for
 * staff, `patient/` needs the patient of a launch.
 */
export const grantable = (scopes: readonly string[], by: { kind: 'citizen' | 'staff'; patient: boolean }): string[] =>
  scopes.filter((scope) => {
    const context = smartScope(scope)?.context
    if (context === undefined) return scope !== 'launch/patient' || by.patient
    return context === 'patient' ? by.patient : context === 'user' && by.kind === 'staff'
  })
