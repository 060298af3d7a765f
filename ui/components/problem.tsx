import type { ReactElement, ReactNode } from 'react'
import type { PageProps } from '../frame.tsx'
import { Page } from '../frame.tsx'
import { word } from '../messages.ts'
import { DefinitionList } from './content.tsx'

export interface ProblemPageProps extends Omit<PageProps, 'children' | 'lead' | 'top'> {
  /** What happened and why, in a sentence; names the rule where one refused. */
  what: ReactNode
  whatToDo: ReactNode
  /** Number to quote when asking for help; never personal. */
  reference?: string | undefined
  /** Where to go on. */
  action?: ReactNode | undefined
}

/** A refusal or fault as a page: what, why, what to do, and a number to quote. */
export function ProblemPage(props: ProblemPageProps): ReactElement {
  const { what, whatToDo, reference, action, ...page } = props
  return (
    <Page {...page} hasErrors>
      <DefinitionList
        items={[
          { term: word(page.lang, 'whatHappened'), value: what },
          { term: word(page.lang, 'whatToDo'), value: whatToDo },
          ...(reference ? [{ term: word(page.lang, 'referenceNumber'), value: <span className="number">{reference}</span> }] : []),
        ]}
      />
      {action ? <div className="button-row">{action}</div> : null}
    </Page>
  )
}
