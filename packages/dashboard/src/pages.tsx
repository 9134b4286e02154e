import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { FirstPage } from './organisations/first-page.tsx'
import { Home } from './organisations/home.tsx'
import { NothingHere } from './organisations/nothing-here.tsx'
import { SignedIn } from './session/signed-in.tsx'
import { SignedOut } from './session/signed-out.tsx'

const loadOrganisation = () => import('./organisations/organisation-frame.tsx')
const loadMembers = () => import('./members/members-page.tsx')

/** Whoever opens the page asks for it again; whoever leaves, while it is on its way, does not want it any more. */
const doWithout = () => undefined

// What most who come back will see is on its way while their session is still being found.
if (!/^\/(sign-(in|up)|invitations|verify-email|reset-password)$/.test(location.pathname))
  void Promise.all([loadOrganisation(), loadMembers()]).catch(doWithout)

const SignInPage = lazy(() => import('./session/sign-in-page.tsx'))
const SignUpPage = lazy(() => import('./session/sign-up-page.tsx'))
const InvitationPage = lazy(() => import('./links/invitation-page.tsx'))
const VerifyEmailPage = lazy(() => import('./links/verify-email-page.tsx'))
const ResetPasswordPage = lazy(() => import('./links/reset-password-page.tsx'))
const AccountPage = lazy(() => import('./account/account-page.tsx'))
const OrganisationFrame = lazy(loadOrganisation)
const DeletedPage = lazy(() => import('./organisations/deleted-page.tsx'))
const WelcomePage = lazy(() => import('./organisations/welcome-page.tsx'))
const MembersPage = lazy(loadMembers)
const MemberPage = lazy(() => import('./members/member-page.tsx'))
const RolesPage = lazy(() => import('./roles/roles-page.tsx'))
const RolePage = lazy(() => import('./roles/role-page.tsx'))
const NewRolePage = lazy(() => import('./roles/new-role-page.tsx'))
const ActivityPage = lazy(() => import('./activity/activity-page.tsx'))
const ApplicationPages = lazy(() => import('./applications/application-pages.tsx'))
const WebhookPages = lazy(() => import('./webhooks/webhook-pages.tsx'))
const ApiKeysPage = lazy(() => import('./api-keys/api-keys-page.tsx'))
const BillingPages = lazy(() => import('./billing/billing-pages.tsx'))
const SettingsPage = lazy(() => import('./settings/settings-page.tsx'))

/** Every address of the dashboard; each page is loaded when it is first opened. */
export function Pages() {
  return (
    <Suspense>
      <Routes>
        <Route element={<SignedOut />}>
          <Route path="sign-in" element={<SignInPage />} />
          <Route path="sign-up" element={<SignUpPage />} />
        </Route>
        <Route path="invitations" element={<InvitationPage />} />
        <Route path="verify-email" element={<VerifyEmailPage />} />
        <Route path="reset-password" element={<ResetPasswordPage />} />
        <Route element={<SignedIn />}>
          <Route index element={<Home />} />
          <Route path="account" element={<AccountPage />} />
          <Route path="deleted" element={<DeletedPage />} />
          <Route path="o/:organisation" element={<OrganisationFrame />}>
            <Route index element={<FirstPage />} />
            <Route path="welcome" element={<WelcomePage />} />
            <Route path="members" element={<MembersPage />} />
            <Route path="members/:member" element={<MemberPage />} />
            <Route path="applications/*" element={<ApplicationPages />} />
            <Route path="roles" element={<RolesPage />} />
            <Route path="roles/new" element={<NewRolePage />} />
            <Route path="roles/:role" element={<RolePage />} />
            <Route path="activity" element={<ActivityPage />} />
            <Route path="webhooks/*" element={<WebhookPages />} />
            <Route path="api-keys" element={<ApiKeysPage />} />
            <Route path="billing/*" element={<BillingPages />} />
            <Route path="settings" element={<SettingsPage />} />
            <Route path="*" element={<NothingHere />} />
          </Route>
          <Route path="*" element={<NothingHere />} />
        </Route>
      </Routes>
    </Suspense>
  )
}
