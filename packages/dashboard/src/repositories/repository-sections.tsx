import type { Application, Repository } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { Section } from '../ui/section.tsx'
import { BranchList } from './branch-list.tsx'
import { CloneHelp } from './clone-help.tsx'
import { CommitList } from './commit-list.tsx'
import { DefaultBranchForm } from './default-branch-form.tsx'
import classes from './repository.module.css'
import { useRepository } from './use-repository.ts'

/** The repository of an application: how to clone it, and what is in it, as it is pushed. */
export function RepositorySections({ application }: { application: Application }) {
  const [branch, setBranch] = useState<string>()
  const { answer, error } = useRepository(application.id, branch)
  if (error !== undefined && branch !== undefined && error.code === 'not_found') setBranch(undefined)
  if (answer === undefined) {
    return error === undefined ? (
      <AfterAMoment>
        <RowSkeletons rows={3} />
      </AfterAMoment>
    ) : (
      <ProblemNote error={error} />
    )
  }
  return (
    <>
      <Section title="Clone" about="With any git client. What is pushed appears here at once.">
        <CloneHelp application={application} repository={answer} />
      </Section>
      {answer.branches.length > 0 && (
        <Content application={application} repository={answer} branch={branch} onChoose={setBranch} />
      )}
    </>
  )
}

function Content(props: {
  application: Application
  repository: Repository
  branch: string | undefined
  onChoose: (branch: string) => void
}) {
  const { permissions } = useOrganisation()
  const { application, repository, onChoose } = props
  const chosen = props.branch ?? repository.defaultBranch
  return (
    <>
      <Section title="Branches">
        <BranchList
          branches={repository.branches}
          standard={repository.defaultBranch}
          chosen={chosen}
          onChoose={onChoose}
        />
        {permissions.includes('application:update') && (
          <div className={classes.setting}>
            <DefaultBranchForm application={application} repository={repository} />
          </div>
        )}
      </Section>
      <Section title="Latest commits" about={`On ${chosen}, the newest first.`}>
        <CommitList commits={repository.commits} />
      </Section>
    </>
  )
}
