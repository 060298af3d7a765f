/** How far a code system or value set may be relied on. */
export type Stated = { url: string; version?: string; status?: string; experimental?: boolean; standardsStatus?: string }

const isDraft = ({ status, standardsStatus }: Stated): boolean => status === 'draft' || standardsStatus === 'draft'

/** Its standing where a reader should be told. Of what is itself a draft or an experiment it is no news that it rests on such. */
export function stateToTell(stated: Stated, from: Stated | undefined): string | undefined {
  const { standardsStatus, status, experimental } = stated
  if (standardsStatus === 'deprecated' || standardsStatus === 'withdrawn') return standardsStatus
  if (status === 'retired') return 'retired'
  if (stated === from) return undefined
  if (experimental && !from?.experimental) return 'experimental'
  return isDraft(stated) && !(from && isDraft(from)) ? 'draft' : undefined
}
