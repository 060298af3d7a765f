import { isObject, type Node, walk } from '../element.ts'
import { everyClass, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

/**
 * The code masters an operator has loaded (diseases, drugs, laboratory, allergens).
 *
 * `nameOf` answers the name of a code, null where the master has no such code, undefined where no master of that system is loaded.
 */
export type CodeMasters = { nameOf: (system: string, code: string) => string | null | undefined }

type Found = { node: Node; display: string | undefined; name: string | null }

/** Codings whose system has a master. */
function judged(s: Submission): Found[] {
  const { masters } = s
  if (masters === undefined) return []
  const found: Found[] = []
  for (const entry of s.entries) {
    walk({ path: entry.at, value: entry.resource ?? null }, (node) => {
      if (!isObject(node.value) || typeof node.value.system !== 'string' || typeof node.value.code !== 'string') return
      const name = masters.nameOf(node.value.system, node.value.code)
      if (name !== undefined) found.push({ node, name, display: typeof node.value.display === 'string' ? node.value.display : undefined })
    })
  }
  return found
}

export const masterRules: SubmissionRule[] = [
  {
    id: 'P-CODE-UNKNOWN',
    level: 'error',
    code: 'code-invalid',
    appliesTo: everyClass,
    source: 'JP-CLINS required bindings; checked where the operator has loaded the master',
    ja: 'マスターにないコードです。マスターの版とコードを確かめてください。',
    en: 'The code is not in its master. Check the code and the version of the master.',
    find: (s) => judged(s).flatMap(({ node, name }) => (name === null ? [`${node.path}.code`] : [])),
  },
  {
    id: 'P-CODE-NAME',
    level: 'warning',
    code: 'code-invalid',
    appliesTo: everyClass,
    source: 'JP-CLINS validator settings: a display that differs is a warning; checked where the operator has loaded the master',
    ja: 'コードの名称（display）がマスターの名称と違います。コードの取り違えがないか確かめてください。',
    en: "The display differs from the master's name. Check that it is the right code.",
    find: (s) =>
      judged(s).flatMap(({ node, name, display }) =>
        name !== null && display !== undefined && display !== name ? [{ path: `${node.path}.display`, detail: name }] : [],
      ),
  },
]
