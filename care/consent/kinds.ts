import { type InformationKind, informationKinds } from '#packages/fhir'

/** Kinds a reader may ask for. Letters go to their addressee and are never asked. */
export const askableKinds: readonly InformationKind[] = informationKinds.filter((k) => k !== 'letter')
