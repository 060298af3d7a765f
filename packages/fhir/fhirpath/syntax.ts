/** What the parser makes of an expression. `at` is the offset in the text. @spec FHIRPath 2.0.0 normative grammar, http://hl7.org/fhirpath/N1 */
import type { Decimal } from './decimal.ts'
import type { Quantity } from './quantity.ts'
import type { Temporal } from './temporal.ts'

export type BinaryOperator =
  | '*'
  | '/'
  | 'div'
  | 'mod'
  | '+'
  | '-'
  | '&'
  | '|'
  | '<'
  | '<='
  | '>'
  | '>='
  | '='
  | '!='
  | '~'
  | '!~'
  | 'in'
  | 'contains'
  | 'and'
  | 'or'
  | 'xor'
  | 'implies'

/** `namespace` is absent where the name stands alone (`Quantity`, not `FHIR.Quantity`). */
export type TypeSpecifier = { namespace?: string; name: string; at: number }

export type LiteralValue = boolean | string | number | Decimal | Temporal | Quantity

export type Syntax =
  | { kind: 'empty'; at: number }
  | { kind: 'literal'; value: LiteralValue; at: number }
  | { kind: 'variable'; name: string; at: number }
  | { kind: 'special'; name: '$this' | '$index' | '$total'; at: number }
  /** `source` absent: the name or call stands first and applies to the context. */
  | { kind: 'member'; source?: Syntax; name: string; at: number }
  /** `descending`: for each key of `sort`, whether it is followed by `desc`. */
  | { kind: 'call'; source?: Syntax; name: string; args: Syntax[]; descending?: boolean[]; at: number }
  | { kind: 'index'; source: Syntax; index: Syntax; at: number }
  | { kind: 'polarity'; sign: '+' | '-'; operand: Syntax; at: number }
  | { kind: 'binary'; operator: BinaryOperator; left: Syntax; right: Syntax; at: number }
  | { kind: 'type'; operator: 'is' | 'as'; operand: Syntax; type: TypeSpecifier; at: number }
