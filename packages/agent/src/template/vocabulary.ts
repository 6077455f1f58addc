/**
 * Words that API paths are made of. A word that is here is a literal of a template in more places than one that is not, so a
 * word that people, teams or products are often called does not belong here.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Ask for something to be done, or for a view of a whole collection: literal even right after `/users`. */
export const ACTIONS: ReadonlySet<string> = new Set(
  words(`
  about accept acknowledge activate activity add aggregate aggregations all analytics analyze append apply approve
  archive assign attach authenticate authorize autocomplete available availability
  backup bak ban batch batches batchget batchupdate blacklist block bookmark broadcast bulk
  calculate callback cancel cancelled capabilities capture categories change check checkin checkout clean clear clone
  close closed compare compile complete completed completions compute config configuration configure confirm connect consume
  convert copy count counts create current
  deactivate debug decline decode decrypt delete deleted deny deploy describe destroy details detect diff disable disconnect
  dislike dispatch dispute download draft drafts dryrun dump duplicate
  edit edits embed embeddings enable encode encrypt enqueue enroll estimate evaluate events exchange execute exists expire
  explain explore export exports extend extract
  facets fail favorite featured feed fetch filter filters finalize finalise find flag flush follow followers following forget
  forgot forward freeze
  generate generations get graph graphql
  health healthcheck healthz heartbeat help hide history home
  identify ignore import imports index info initialize inspect install introspect invalidate invite invoke
  join
  keepalive
  latest leaderboard leave like link list listen load lock login logout lookup
  mapping mappings me merge meta metadata metrics migrate mine moderations modify move mute my
  new next nearby notify
  observe open overview
  parse password patch pause pay peek pending permissions ping poll pop popular predict prefetch preferences prepare preview
  previous print process profile progress promote provision publish pull purge push put
  query queue quota
  random rank ready readyz livez liveness readiness rebuild recalculate recent recommendations recommended reconnect record
  recover redeem redirect redo refresh refund register reindex reject release reload remove rename render renew reopen reorder
  replace replay reply report reports request rerank resend reset resize resolve restart restore restrict resubscribe result
  resume retire retrieve retry return revert review revoke rollback rotate run
  sample save scan schedule schema scroll search select self send session set settings setup share shared show shutdown sign
  signin signout signup similar simulate sleep sort speech split star start stat state statistics stats status stop store
  stream submit subscribe subscribed suggest suggested suggestions summarize summary suspend swap switch sync synchronize
  tail template terminate thumbnail toggle token tokenize top totals touch trace track train transcribe transcriptions transfer
  transform translate translations trash tree trending trigger truncate types
  unarchive unassign unban unblock undelete undo unfollow unfreeze unlike unlink unlock unmute unpublish unread unregister
  unstar unsubscribe unsuspend update updates upgrade upload uploads upsert usage
  validate variations verification verify version view visible void vote
  wait watch whoami withdraw write
  `),
);

/** Begin a command of two words, which is literal where one action word would be: `reset-password`, `count_tokens`. */
export const COMMAND_VERBS: ReadonlySet<string> = new Set(
  words(`
  add apply batch bulk calculate cancel change check clear confirm count create deactivate delete disable download enable
  export fetch find forgot generate get import list log lookup mark process recover refresh register remove request resend
  reset resolve revoke search send set sign submit sync unsubscribe update upload validate verify
  `),
);

/** Things, in the singular; their plurals count as well. Literal after a singular word and after a parameter. */
export const NOUNS: ReadonlySet<string> = new Set(
  words(`
  ability access account achievement acl action activation activity ad addon address admin administrator adjustment advert advice
  affiliate agency agenda agent aggregate agreement ai alarm album alert alias allocation allowance amenity amount announcement
  annotation answer api apikey app appeal appearance application appointment approval area article artifact artist aspect asset
  assessment assignee assignment assistant attachment attempt attendance attendee attribute attribution auction audience audio
  audit auth authentication author authority authorization avatar award
  backend background backup badge balance bank banner barcode base basket batch beneficiary benefit bet bid billing binary
  binding bio blob blobs blog board body bonus book booking bookmark bot branch brand breach breakdown broadcast broker browser bucket
  budget bug build builder building bulletin bundle business button buyer
  cache calculation calendar call callback camera campaign candidate capability capacity card career carrier cart case cash
  catalog catalogue category cell center certificate certification challenge change channel chapter charge chart chat check
  checklist checkout checkpoint child choice circuit city claim class classification classroom client clinic clone cluster code
  codec cohort collaborator collection collector color column command comment commission commit community company comparison
  competition competitor complaint completion component computation computer condition config configuration confirmation conflict
  connection connector consent console consumer contact container content contest context contract contribution contributor control
  conversation conversion cookie copy core cost country coupon course court coverage credential credit cron currency cursor
  custom customer customization cycle
  daemon dashboard data database dataset datasource datastore date day deal debit debt decision default definition delegate delegation
  delivery department dependency deploy deployment deposit description design designer destination detail detection developer device
  diagnosis diagnostic dialog dictionary diff digest dimension directory disbursement discount discovery discussion disk dispatch
  display dispute distribution doc doctor document documentation domain donation download draft driver duplicate duration
  earning edge edit edition editor education element email embedding emergency emoji employee employer endpoint energy engagement
  engine enrollment entitlement entity entry enum environment episode equipment error escalation estimate evaluation event
  evidence exam exception exchange execution expense experience experiment expert expiration export expression extension extract
  face facet facility fact factor failure family faq favorite favourite feature fee feed feedback field figure file filter
  finance fine finetune fine_tune finetuning firewall firmware fix flag fleet flight floor flow folder follower font food footer
  forecast form format forum fragment framework fraud freight friend friendship frontend fulfillment function fund funding funnel
  gallery game gateway gear generation geo geocode geofence geolocation gift git goal grade gradebook grammar graph graphic grid
  group guarantee guest guide guideline
  handle handler hardware hash header health heatmap help highlight history hold holder holding holiday home hook hospital host
  hotel hour house household hub
  icon id identification identifier identity image impersonation import impression improvement inbox incident income index indices
  indicator industry info information infrastructure ingredient initiative input inquiry insight inspection installation instance
  institution instruction instructor instrument insurance integration intent interaction interest interface interview inventory
  investigation investment investor invitation invite invoice issue issuer item iteration itinerary
  job journal journey
  kernel key keypair keyring keyword kit knowledge kpi
  label lab laboratory language layer layout lead league lease lecture ledger lesson letter level liability library licence license
  lifecycle like limit line lineage link list listing loan locale location lock log logo loyalty
  machine mail mailbox mailinglist maintenance maintainer manager mandate manifest manual manufacturer map mapping market marketplace
  match material matrix meal measure measurement media medication meeting member membership memo memory mention menu merchant merge
  message messaging meta metadata meter method metric middleware migration milestone mine minute mission mobile mode model moderation
  moderator modification module moment monitor monitoring month movie music
  name namespace navigation neighborhood network newsletter news node note notebook notice notification number
  oauth object objective observation occurrence offer offering office onboarding operation operator opportunity option order organisation
  organization org origin outage outcome outlet output outbox overview owner ownership
  package page pageview panel paragraph parameter parcel parent part participant partition partner party pass passenger passkey
  password patch path patient pattern pause payee payer payload payment payout payroll peer penalty people period permission person
  persona pet phase phone photo phrase picture pickup pin pipeline pixel place placement plan planet plant platform player playlist
  plugin pod podcast point policy poll pool portal portfolio position post postcode prediction preference prescription presence preset
  preview price pricing principal printer priority privacy privilege prize problem procedure process producer product production profile
  program programme project prompt proof property proposal prospect protocol provider province provision proxy publication publisher
  purchase purpose push
  qualification quality quantity query question questionnaire queue quiz quota quotation quote
  radio range ranking rate rating ratio reaction reader reading realm reason rebate receipt receiver recipe recipient recommendation
  record recording recovery recruiter redirect redirection reference referral refund region registration registry reimbursement relation
  relationship release reminder rental repair replica replication reply repo report reporter repository request requirement reservation
  resident resolution resource response responder rest restaurant restriction result resume retailer retention return revenue review
  reviewer revision reward ride right risk roadmap role rollout room root roster round route router routing row rule run runner
  runtime
  safety salary sale sales sample sandbox scan scene schedule scheduler schema school scope score scorecard screen screening screenshot
  script seat secret section sector security seed segment segmentation seller semester sender sensor sentiment sequence series server
  service session setting settlement setup shape share shareholder shelf shift shipment shipper shipping shop shortcut sidebar signal
  signature site sitemap skill sku slack slide slot smoke snapshot snippet social software solution song source space speaker
  specification spec speech sponsor sport spreadsheet sprint sql stack staff stage stakeholder standard star state statement statistic
  status step stock storage store storefront storage story strategy stream street structure student study style subcategory subject
  submission subnet subscriber subscription subtask subtitle success suggestion suite summary supplier supply support surface survey
  symbol symptom sync system
  table tag target tariff task tax taxonomy teacher team technician telemetry temperature template tenant term terminal territory test testimonial
  text theme thing thread threshold thumb thumbnail ticket tier time timeline timeout timer timesheet timeslot timestamp timezone tip title
  todo token tool tooltip topic topology tour tournament trace track tracker tracking trade trail trailer training trait transaction
  transcript transcription transfer transit translation translator transport travel treatment tree trend trial trigger trip truck trust
  tutorial type typing
  unit university upload uptime url usage user username utility
  vacancy vacation validation validator value variable variant vault vector vehicle vendor venue verification version vertex video view
  viewer violation virtual visit visitor visualization vm vocabulary voice volume voter volunteer voucher vpc vulnerability
  wallet warehouse warning warranty watch watcher watchlist wave weather web webhook website webinar week weight whitelist widget
  wiki wildcard window wire wishlist withdrawal word worker workflow workload workplace worklog workout workspace workshop
  year zone
  2fa mfa otp sms dns http https tcp udp ip ipv4 ipv6 s3 ec2 k8s oauth2 openid oidc saml sso jwt jwks scim ldap csv json xml pdf
  html css js ui ux uri id url ws wss rpc grpc mcp a2a llm sse i18n l10n qr seo crm erp pos hr iot cdn ssh ssl tls vpn cpu gpu ram
  io fs db faas csp csrf xsrf utm ios aws assets static public private internal external dist src lib bin tmp
  by for in of on to from with without and or as at is has
  `),
);

/** Plurals that no rule makes, and words that only exist as one. */
export const IRREGULAR_PLURALS: ReadonlySet<string> = new Set(
  words(
    "people persons children men women indices matrices vertices criteria phenomena staff media data feet teeth geese mice",
  ),
);

/** End like a plural and are one thing: what follows them is not an id as a matter of course. */
export const NOT_COLLECTIONS: ReadonlySet<string> = new Set(
  words(`
  access address analysis analytics assets aws bus business canvas class cors credentials css data details devops diagnostics dns
  docs express finances glass graphics https https info insights ios js kubernetes logistics media metrics news ops
  permissions plus preferences press process progress s3 sales series settings sms sports statistics stats status sys terms tls
  windows ws wss
  `),
);

/** Stand before the first noun of an API: what follows is judged as if it came first. */
export const PREFIXES: ReadonlySet<string> = new Set(
  words(`
  api apis rest restapi rpc public private internal external gateway backend frontend app apps web mobile service svc
  open openapi proxy edge core platform ajax json jsonrpc ws wss .well-known _api _internal odata soap twirp
  `),
);

/** Files whose name without the ending is judged as a segment of its own: `/users/17.json` is `/users/{id}.json`. */
export const DATA_ENDINGS: ReadonlySet<string> = new Set(
  words(
    "json jsonl ndjson xml csv tsv yaml yml rss atom ics vcf md txt pdf php asp aspx jsp do cgi action html htm",
  ),
);

/** Files that are `{file}` whatever their name. */
export const FILE_ENDINGS: ReadonlySet<string> = new Set(
  words(`
  7z aac apk avi avif bin bmp br bz2 cer class crt css cur deb dll dmg doc docx dtd eot eps exe flac flv gif gz heic ico img
  iso jar jpeg jpg js jsx key less log m3u8 m4a m4s map mid mjs mkv mov mp3 mp4 mpd mpeg mpg msi odt ogg ogv otf p12 parquet pem
  pfx png ppt pptx ps psd rar rpm rtf sass scss so sql sqlite svg swf tar tgz tif tiff ts tsx ttf vtt war wasm wav webm webmanifest
  webp wma wmv woff woff2 xls xlsx xz zip zst
  `),
);

/** Files at the root that have a meaning of their own. */
export const WELL_KNOWN_FILES: ReadonlySet<string> = new Set(
  words(`
  favicon.ico robots.txt sitemap.xml humans.txt ads.txt security.txt manifest.json manifest.webmanifest index.html index.htm
  index.php sw.js service-worker.js openapi.json openapi.yaml swagger.json swagger.yaml crossdomain.xml browserconfig.xml
  apple-touch-icon.png
  `),
);
