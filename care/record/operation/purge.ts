/**
 * Why a person's record may be erased. Keeping what the law wants kept goes before erasing.
 * @law 医療法施行規則・医師法に基づく診療録の保存（5年。条文と起算点は要確認: 弁護士）
 */
export const eraseBases = ['retention-ended', 'wrong-person', 'court-order'] as const
export type EraseBasis = (typeof eraseBases)[number]

export const RETENTION_YEARS = 5

/** @returns the refusal's code, or null where the record may go */
export function whyNotErase(about: { basis: string; youngest: Date | null; now: Date }): 'input-invalid' | 'retention-running' | null {
  if (!eraseBases.includes(about.basis as EraseBasis)) return 'input-invalid'
  if (about.basis !== 'retention-ended' || about.youngest === null) return null
  const end = new Date(about.youngest)
  end.setUTCFullYear(end.getUTCFullYear() + RETENTION_YEARS)
  return end > about.now ? 'retention-running' : null
}
