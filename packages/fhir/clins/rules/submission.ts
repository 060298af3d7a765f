import type { Json, Resource } from '../../model.ts'
import { codeSystems } from '../canonicals.ts'
import { type Node, element, firstText, isResource, nodes, values } from '../element.ts'
import { type BundleClass, bundleClass, isLaboratory, resourcesByUrl } from '../kind.ts'
import type { CodeMasters } from './master.ts'

/** One entry of the Bundle; `path` is the entry's, `at` the resource's. */
export type Entry = { path: string; at: string; value: Json; fullUrl: string | undefined; resource: Resource | undefined }

/** A Bundle as the rules look at it, read once. */
export type Submission = {
  /** Code masters to check against, if the operator has loaded any. */
  masters?: CodeMasters
  bundle: Resource
  root: Node
  /** Null: the Bundle is none the service takes; only the rules of every Bundle apply. */
  kind: BundleClass | null
  entries: Entry[]
  /** Resources by `fullUrl`; of a repeated one the first. */
  byUrl: ReadonlyMap<string, Resource>
  patient: Node | undefined
  composition: Node | undefined
  /** Codes of the tag that names the resource type. */
  resourceTags: string[]
  /** Resources of a type among the entries. */
  of: (type: string) => Node[]
  /** Laboratory results: of five items every Observation; of a check-up report none, its Observations follow rules of their own. */
  laboratory: Node[]
}

export function readSubmission(bundle: Resource, masters?: CodeMasters): Submission {
  const root: Node = { path: 'Bundle', value: bundle }
  const entries = nodes(root, 'entry').map(({ path, value }): Entry => {
    const resource = element(value, 'resource')
    return {
      path,
      at: `${path}.resource`,
      value,
      fullUrl: firstText(value, 'fullUrl'),
      resource: isResource(resource) ? resource : undefined,
    }
  })
  const of = (type: string): Node[] =>
    entries.flatMap((entry) => (entry.resource?.resourceType === type ? [{ path: entry.at, value: entry.resource }] : []))
  const kind = bundleClass(bundle)
  return {
    ...(masters === undefined ? {} : { masters }),
    bundle,
    root,
    kind,
    entries,
    byUrl: resourcesByUrl(bundle),
    patient: of('Patient')[0],
    composition: of('Composition')[0],
    resourceTags: values(bundle, 'meta', 'tag')
      .filter((tag) => element(tag, 'system') === codeSystems.bundleResourceType)
      .map((tag) => firstText(tag, 'code') ?? ''),
    of,
    laboratory: kind === 'eCheckup' ? [] : of('Observation').filter((node) => kind === 'five-items' || isLaboratory(node.value)),
  }
}

/** A resource that stands alone, as the rules about writing look at it: one entry, whose path is the resource's own. */
export function readAlone(resource: Resource): Submission {
  const node: Node = { path: resource.resourceType, value: resource }
  return {
    bundle: resource,
    root: node,
    kind: null,
    entries: [{ path: '', at: resource.resourceType, value: resource, fullUrl: undefined, resource }],
    byUrl: new Map(),
    patient: undefined,
    composition: undefined,
    resourceTags: [],
    of: (type) => (type === resource.resourceType ? [node] : []),
    laboratory: resource.resourceType === 'Observation' ? [node] : [],
  }
}
