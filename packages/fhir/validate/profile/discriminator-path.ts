/** The restricted paths of discriminators. @spec http://hl7.org/fhir/R4/profiling.html#discriminator */

export type PathStep =
  | { kind: 'child'; name: string }
  | { kind: 'extension'; url: string }
  | { kind: 'resolve' }
  | { kind: 'ofType'; type: string }

const token =
  /^(?:(\$this)|extension\(\s*(?:'([^']*)'|"([^"]*)")\s*\)|(resolve)\(\s*\)|(?:ofType|as)\(\s*(?:FHIR\.)?([A-Za-z]+)\s*\)|([A-Za-z_][A-Za-z0-9_]*)(?:\[x\])?)(?:\.|$)/

/** The steps of a path, none for `$this`; null where it is written in a way that discriminators are not. */
export function parseDiscriminatorPath(path: string): readonly PathStep[] | null {
  const steps: PathStep[] = []
  let rest = path.trim()
  while (rest !== '') {
    const match = token.exec(rest)
    if (!match) return null
    const [whole, self, single, double, resolve, type, name] = match
    const url = single ?? double
    if (url !== undefined) steps.push({ kind: 'extension', url })
    else if (resolve !== undefined) steps.push({ kind: 'resolve' })
    else if (type !== undefined) steps.push({ kind: 'ofType', type })
    else if (self === undefined) steps.push({ kind: 'child', name: name! })
    rest = rest.slice(whole.length)
  }
  return steps
}
