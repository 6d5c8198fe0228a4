-- award_doubled
SELECT
  "t1"."transaction_id"
FROM (
  SELECT
    "t0"."transaction_id",
    COUNT(*) AS "CountStar(award_transactions)"
  FROM "award_transactions" AS "t0"
  GROUP BY
    1
) AS "t1"
WHERE
  "t1"."CountStar(award_transactions)" > 1;

-- award_rows
SELECT
  *
FROM (
  SELECT
    "t2"."transaction_id",
    "t2"."account_id",
    "t2"."kind",
    "t2"."refunds",
    "t2"."amount_yen",
    "t2"."occurred_at"
  FROM "award_transactions" AS "t2"
  WHERE
    NOT EXISTS(
      SELECT
        1
      FROM "award_doubled" AS "t3"
      WHERE
        "t2"."transaction_id" = "t3"."transaction_id"
    )
) AS "t4"
UNION ALL
SELECT
  *
FROM (
  SELECT
    "t7"."transaction_id",
    "t7"."account_id",
    "t7"."kind",
    "t7"."refunds",
    "t7"."amount_yen",
    "t7"."occurred_at"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t5"."transaction_id",
        "t5"."account_id",
        "t5"."kind",
        "t5"."refunds",
        "t5"."amount_yen",
        "t5"."occurred_at",
        ROW_NUMBER() OVER (
          PARTITION BY "t5"."transaction_id"
          ORDER BY "t5"."occurred_at" ASC, "t5"."amount_yen" ASC, "t5"."kind" ASC, "t5"."account_id" ASC, COALESCE("t5"."refunds", '') ASC
        ) - 1 AS "place"
      FROM (
        SELECT
          "t2"."transaction_id",
          "t2"."account_id",
          "t2"."kind",
          "t2"."refunds",
          "t2"."amount_yen",
          "t2"."occurred_at"
        FROM "award_transactions" AS "t2"
        WHERE
          EXISTS(
            SELECT
              1
            FROM "award_doubled" AS "t3"
            WHERE
              "t2"."transaction_id" = "t3"."transaction_id"
          )
      ) AS "t5"
    ) AS "t6"
    WHERE
      "t6"."place" = 0
  ) AS "t7"
) AS "t8";

-- award_terms
SELECT
  "t0"."application_id",
  "t0"."account_id",
  "t0"."counts",
  GREATEST(
    DATE_TRUNC('DAY', "t0"."applied_at") + INTERVAL '1' DAY + INTERVAL '8' HOUR,
    CAST(FROM_ISO8601_TIMESTAMP('2020-09-01T00:00:00') AS TIMESTAMP(6))
  ) AS "starts_at",
  GREATEST(5000 - "t0"."points_elsewhere", 0) AS "room",
  CAST(FLOOR(
    CAST((
      (
        GREATEST(5000 - "t0"."points_elsewhere", 0) * 100
      ) + 24
    ) AS DOUBLE) / (
      25
    )
  ) AS BIGINT) AS "fill_yen"
FROM "award_enrolments" AS "t0";

-- award_refunded
SELECT
  "t1"."refunds" AS "transaction_id",
  "t1"."account_id",
  SUM("t1"."amount_yen") AS "refunded_yen"
FROM (
  SELECT
    *
  FROM "award_rows" AS "t0"
  WHERE
    "t0"."kind" = 'refund' AND "t0"."refunds" IS NOT NULL
) AS "t1"
GROUP BY
  1,
  2;

-- award_gross
SELECT
  "t5"."application_id",
  SUM(
    CAST(FLOOR(CAST((
      LEAST("t5"."amount_yen", "t5"."fill_yen") * 25
    ) AS DOUBLE) / (
      100
    )) AS BIGINT)
  ) AS "matured"
FROM (
  SELECT
    "t2"."application_id",
    "t2"."fill_yen",
    "t4"."transaction_id",
    "t4"."account_id",
    "t4"."amount_yen"
  FROM (
    SELECT
      *
    FROM "award_rows" AS "t0"
    WHERE
      "t0"."kind" <> 'refund'
      AND "t0"."amount_yen" >= 100
      AND "t0"."occurred_at" < CAST(FROM_ISO8601_TIMESTAMP('2022-08-01T00:00:00') AS TIMESTAMP(6))
  ) AS "t4"
  INNER JOIN "award_terms" AS "t2"
    ON "t4"."account_id" = "t2"."account_id"
    AND "t4"."kind" = "t2"."counts"
    AND "t4"."occurred_at" >= "t2"."starts_at"
) AS "t5"
GROUP BY
  1;

-- award_taken_off
SELECT
  "t7"."application_id",
  SUM(
    CAST(FLOOR(CAST((
      LEAST("t7"."amount_yen", "t7"."fill_yen") * 25
    ) AS DOUBLE) / (
      100
    )) AS BIGINT) - CAST(FLOOR(
      CAST((
        LEAST(GREATEST("t7"."amount_yen" - "t7"."refunded_yen", 0), "t7"."fill_yen") * 25
      ) AS DOUBLE) / (
        100
      )
    ) AS BIGINT)
  ) AS "matured"
FROM (
  SELECT
    "t3"."application_id",
    "t3"."fill_yen",
    "t6"."transaction_id",
    "t6"."account_id",
    "t6"."amount_yen",
    "t4"."refunded_yen"
  FROM (
    SELECT
      *
    FROM "award_rows" AS "t0"
    WHERE
      "t0"."kind" <> 'refund'
      AND "t0"."amount_yen" >= 100
      AND "t0"."occurred_at" < CAST(FROM_ISO8601_TIMESTAMP('2022-08-01T00:00:00') AS TIMESTAMP(6))
  ) AS "t6"
  INNER JOIN "award_terms" AS "t3"
    ON "t6"."account_id" = "t3"."account_id"
    AND "t6"."kind" = "t3"."counts"
    AND "t6"."occurred_at" >= "t3"."starts_at"
  INNER JOIN "award_refunded" AS "t4"
    ON "t6"."transaction_id" = "t4"."transaction_id"
    AND "t6"."account_id" = "t4"."account_id"
) AS "t7"
GROUP BY
  1;

-- award_result
SELECT
  *
FROM (
  SELECT
    "t12"."application_id",
    LEAST("t12"."gross" - "t12"."taken_off", "t12"."room") - "t12"."posted" AS "points"
  FROM (
    SELECT
      "t7"."application_id",
      "t7"."room",
      "t7"."fill_yen",
      COALESCE("t4"."matured", 0) AS "gross",
      COALESCE("t9"."matured", 0) AS "taken_off",
      COALESCE("t11"."matured", 0) AS "posted"
    FROM (
      SELECT
        "t0"."application_id",
        "t0"."room",
        "t0"."fill_yen"
      FROM "award_terms" AS "t0"
    ) AS "t7"
    LEFT OUTER JOIN "award_gross" AS "t4"
      ON "t7"."application_id" = "t4"."application_id"
    LEFT OUTER JOIN (
      SELECT
        "t2"."application_id",
        SUM("t2"."matured") AS "matured"
      FROM "award_taken_off" AS "t2"
      GROUP BY
        1
    ) AS "t9"
      ON "t7"."application_id" = "t9"."application_id"
    LEFT OUTER JOIN (
      SELECT
        "t6"."application_id",
        SUM("t6"."matured") AS "matured"
      FROM (
        SELECT
          "t3"."application_id",
          "t3"."points" AS "matured"
        FROM "award_posted" AS "t3"
      ) AS "t6"
      GROUP BY
        1
    ) AS "t11"
      ON "t7"."application_id" = "t11"."application_id"
  ) AS "t12"
) AS "t13"
WHERE
  "t13"."points" <> 0;
