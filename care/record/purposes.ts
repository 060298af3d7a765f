import type { Purpose } from '#kernel/context'

/**
 * Purposes under which the record is read: a treating institution, the person, and systems whose token states a purpose that a law names
 * (`purpose/HPAYMT` …): to those the rule `legal-basis` alone opens anything.
 */
export const readPurposes: readonly Purpose[] = ['TREAT', 'PATRQT', 'HPAYMT', 'HRESCH', 'HOPERAT']
