import { Text } from '@mantine/core'
import type { Application, Repository } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { useAccount } from '../session/session-context.ts'
import { CodeBlock } from '../ui/code-block.tsx'
import { TextLink } from '../ui/text-link.tsx'
import classes from './repository.module.css'

/** How a git client gets at the repository, and how something gets in while it is empty. */
export function CloneHelp({ application, repository }: { application: Application; repository: Repository }) {
  const { permissions } = useOrganisation()
  const { email } = useAccount()
  const { cloneUrl, branches, defaultBranch } = repository
  const isEmpty = branches.length === 0
  return (
    <div className={classes.clone}>
      <CodeBlock label="Clone URL" text={cloneUrl} />
      <Text size="sm">
        User name: {email}. Password: a <TextLink to="/account#tokens">token of yours</TextLink>.
      </Text>
      {isEmpty && permissions.includes('repository:write') && (
        <>
          <Text size="sm">Nothing has been pushed yet. From a folder with a repository of your own:</Text>
          <CodeBlock
            label="How to push"
            text={`git remote add origin ${cloneUrl}\ngit push -u origin HEAD:${defaultBranch}`}
          />
        </>
      )}
      {!isEmpty && <CodeBlock label="How to clone" text={`git clone ${cloneUrl} ${folderOf(application.name)}`} />}
    </div>
  )
}

/** A name for a folder that no shell reads as something else. */
function folderOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return plain === '' ? 'application' : plain
}
