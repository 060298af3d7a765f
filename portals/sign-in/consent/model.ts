/** What the page shows on which a person lets an app see a record, and what comes back from it. */

/** On what basis somebody answers for another person's record; `self`: it is their own. */
export type AskedFor = 'self' | 'parent' | 'guardian' | 'curator' | 'family'

export type ConsentApp = {
  clientId: string
  name: string
  /** Who makes the app and answers for it, as registered. */
  maker: string
  /** One or two characters shown where a picture would be: no picture of somebody else's is loaded. */
  logoText: string
  /** Public address that tells more about the app; null where none is registered. */
  homepage: string | null
}

export type ConsentProps = {
  /** Ends in the address of the form: `POST /oauth/interaction/:uid`. */
  interactionUid: string
  /** Handle of the patient whom staff chose for an app they started on its own; null where none was. */
  picked: string | null
  app: ConsentApp
  /** Who answers: a person for a record, or staff for their work. */
  by: 'citizen' | 'staff'
  /** Scopes as the app asked for them, `openid launch/patient offline_access` and those of resources alike. */
  scopes: readonly string[]
  /**
   * Whose record it may be: the person first, then those they represent. `id`: person id, posted as `for`.
   * Of one there is nothing to choose. Staff: the patient of the launch, or nobody.
   */
  forWhom: readonly { id: string; name: string; as: AskedFor }[]
  /** What was let in before and has not ended: those scopes stand ticked and new ones are marked. */
  previous: { at: Date; scopes: readonly string[] } | null
  /** Days after which what is let in "also when you are away" ends by itself. */
  refreshDays: number
  /** A refused answer: what was wrong, and what was ticked. */
  error: { message: string; ticked: readonly string[] } | null
}

/**
 * The form's fields: `decision` = `allow` or `deny`; `part` once for each ticked part (ids of `askedParts`); `for` = person id.
 * `scopes`: what was asked for, less what was left unticked; what the page does not ask about (`openid`, `launch`) stays.
 */
export type ConsentDecision = { allow: false } | { allow: true; scopes: string[]; forId: string | null }
