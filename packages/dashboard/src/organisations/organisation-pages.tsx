import { Suspense } from 'react'
import { Outlet, useLocation } from 'react-router'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { NothingHere } from './nothing-here.tsx'

/** The page of the address, what stands in its place until it is there, or that there is none. */
export function OrganisationPages({ isKnown, isNowhere }: { isKnown: boolean; isNowhere: boolean }) {
  const { pathname } = useLocation()
  const waiting = (
    <AfterAMoment>
      <PageSkeleton />
    </AfterAMoment>
  )
  if (isNowhere) return <NothingHere />
  return isKnown ? (
    <FailureBoundary key={pathname}>
      <Suspense fallback={waiting}>
        <Outlet />
      </Suspense>
    </FailureBoundary>
  ) : (
    waiting
  )
}
