import { Route, Routes } from 'react-router'
import { Allowed } from '../organisations/allowed.tsx'
import { NothingHere } from '../organisations/nothing-here.tsx'
import { ApplicationPage } from './application-page.tsx'
import { ApplicationsPage } from './applications-page.tsx'

/** All about applications, loaded when one of its pages is first opened. */
export default function ApplicationPages() {
  return (
    <Allowed needs="application:read">
      <Routes>
        <Route index element={<ApplicationsPage />} />
        <Route path=":application" element={<ApplicationPage />} />
        <Route path="*" element={<NothingHere />} />
      </Routes>
    </Allowed>
  )
}
