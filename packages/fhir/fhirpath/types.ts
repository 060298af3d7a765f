/** Type names: what `is`, `as`, `ofType` and `type()` compare. @spec http://hl7.org/fhirpath/N1/#types, http://hl7.org/fhir/R4/fhirpath.html#types */
import { isA, isKnownType, isPrimitive } from '../shapes.ts'
import { unknownError } from './error.ts'
import { isSystem, type Node } from './node.ts'
import type { TypeSpecifier } from './syntax.ts'

const systemNames = new Set(['Any', 'Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time', 'Quantity'])
const primitiveParents: Record<string, string> = {
  code: 'string',
  id: 'string',
  markdown: 'string',
  url: 'uri',
  canonical: 'uri',
  oid: 'uri',
  uuid: 'uri',
  positiveInt: 'integer',
  unsignedInt: 'integer',
}
/** Constraints on Quantity that R4 lists among its types. */
const aliases: Record<string, string> = { SimpleQuantity: 'Quantity', MoneyQuantity: 'Quantity' }

/** Types of R4B and R5 that published invariants name; nothing in R4 is of them. Any other unknown name is a mistake and refused. */
const laterTypes = new Set(
  (
    'ActorDefinition AdministrableProductDefinition ArtifactAssessment Availability BackboneType Base BiologicallyDerivedProductDispense CanonicalResource Citation ' +
    'ClinicalUseDefinition CodeableReference ConditionDefinition DataType DeviceAssociation DeviceDispense DeviceUsage EncounterHistory EvidenceReport ' +
    'ExtendedContactDetail FormularyItem GenomicStudy ImagingSelection Ingredient InventoryItem InventoryReport ManufacturedItemDefinition ' +
    'MedicinalProductDefinition MetadataResource MonetaryComponent NutritionIntake NutritionProduct PackagedProductDefinition Permission PrimitiveType RatioRange ' +
    'RegulatedAuthorization RequestOrchestration Requirements SubscriptionStatus SubscriptionTopic SubstanceDefinition TestPlan Transport VirtualServiceDetail integer64'
  ).split(' '),
)

/** A type as tests compare it: the System type, the FHIR type, or both where a name stands alone and names both. */
export type TypeTest = (node: Node) => boolean

/** Is the FHIR type this one or derived from it? */
export function isFhirType(type: string, wanted: string): boolean {
  if (type === wanted) return true
  if (type === '') return false
  if (isPrimitive(type)) return wanted === 'Element' || primitiveParents[type] === wanted
  return isA(type, wanted)
}

/** Compiles a type name. @refuses unknown */
export function typeTest({ namespace, name, at }: TypeSpecifier): TypeTest {
  const system = namespace !== 'FHIR' && systemNames.has(name) ? `System.${name}` : null
  const wanted = aliases[name] ?? name
  const fhir = namespace !== 'System' && (isKnownType(wanted) || laterTypes.has(wanted)) ? wanted : null
  if ((namespace !== undefined && namespace !== 'FHIR' && namespace !== 'System') || (system === null && fhir === null)) {
    const full = namespace === undefined ? name : `${namespace}.${name}`
    throw unknownError(at, `「${full}」という型はありません。`, `There is no type ${full}.`)
  }
  return (node) => {
    if (isSystem(node)) return system !== null && (node.type === system || system === 'System.Any')
    return fhir !== null && isFhirType(node.type, fhir)
  }
}

/** Namespace and name as `type()` shows them; a part without a name of its own is a BackboneElement or Element. */
export function typeInfo(node: Node): { namespace: string; name: string } {
  if (isSystem(node)) return { namespace: 'System', name: node.type.slice(7) }
  if (!node.type.includes('.')) return { namespace: 'FHIR', name: node.type }
  return { namespace: 'FHIR', name: isA(node.type, 'BackboneElement') ? 'BackboneElement' : 'Element' }
}
