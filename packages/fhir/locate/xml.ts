/** Finds places in FHIR XML that is known to be well formed. */
import { SaxesParser } from 'saxes'
import { itemOf, meet, memberOf, type Standing, type Wanted } from './wanted.ts'

type Frame = { standing: readonly Standing[]; counts: Map<string, number>; holdsResource: boolean }

const startsUpper = (name: string) => /^[A-Z]/.test(name)
const localOf = (name: string) => name.slice(name.indexOf(':') + 1)

/** Notes at each wanted place where its tag opens. A resource in `contained` or `entry.resource` is the place of the element around it. */
export function findInXml(text: string, root: Wanted): void {
  const parser = new SaxesParser<{ xmlns: false }>()
  const frames: Frame[] = []
  parser.on('opentag', (tag) => {
    const name = localOf(tag.name)
    const parent = frames.at(-1)
    const offset = Math.max(0, text.lastIndexOf('<', parser.position - 1))
    let standing: readonly Standing[] = [{ node: root, loose: false }]
    if (parent && !(parent.holdsResource && startsUpper(name))) {
      const index = parent.counts.get(name) ?? 0
      parent.counts.set(name, index + 1)
      const member = memberOf(parent.standing, name)
      if (index === 0) meet(member, offset)
      // without a schema nothing says whether an element repeats: both ways of writing its path are followed
      const items = itemOf(member, index).filter(({ node }) => !member.some((one) => one.node === node))
      meet(items, offset)
      standing = [...(index === 0 ? member : []), ...items]
    } else if (parent) standing = parent.standing
    else meet(standing, offset)
    for (const attribute of Object.keys(tag.attributes)) meet(memberOf(standing, attribute), offset)
    frames.push({ standing, counts: new Map(), holdsResource: name === 'contained' || name === 'resource' || name === 'outcome' })
  })
  parser.on('closetag', () => void frames.pop())
  // text that does not parse has been refused with a place of its own
  parser.on('error', () => undefined)
  parser.write(text).close()
}
