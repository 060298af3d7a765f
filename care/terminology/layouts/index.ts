/** Every published file this platform reads, one row each. */
import { diseaseLayouts } from './disease.ts'
import type { Layout } from './layout.ts'
import { medicineLayouts } from './medicine.ts'
import { generalLayout, otherLayouts } from './other.ts'

export const layouts: readonly Layout[] = [...diseaseLayouts, ...medicineLayouts, ...otherLayouts]

/** The layout of a name; `general` needs to be told the system. Null where there is none of that name. */
export function findLayout(id: string, about: { system?: string; title?: string } = {}): Layout | null {
  if (id === 'general') return about.system ? generalLayout(about.system, about.title ?? about.system) : null
  return layouts.find((l) => l.id === id) ?? null
}

export type { Column, Emission, Layout } from './layout.ts'
