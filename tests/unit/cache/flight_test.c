/* Does one fetch for all, and is everybody called once? */
#include "cache/flight.h"

#include "support/test.h"

struct asker {
    struct cmb_flight_waiter waiter; /* first, so that a waiter is an asker */
    int called, status;
    const char *answer;
    struct cmb_flights *flights;
    struct asker *pushes_out; /* leaves when this one is called */
    bool asks_again;
    enum cmb_flight_role role;
};

static void landed(struct cmb_flight_waiter *waiter, int status, const void *answer)
{
    struct asker *asker = (struct asker *)waiter;
    asker->called++;
    asker->status = status;
    asker->answer = answer;
    if (asker->pushes_out)
        cmb_flights_leave(asker->flights, &asker->pushes_out->waiter);
    if (asker->asks_again)
        asker->role = cmb_flights_join(asker->flights, CMB_TEXT("key"), &asker->waiter);
}

static struct asker made(struct cmb_flights *flights)
{
    return (struct asker){ .waiter.landed = landed, .flights = flights };
}

static void lets_one_fetch_for_all(void)
{
    struct cmb_flights *flights = cmb_flights_new(4);
    struct asker a = made(flights), b = made(flights), c = made(flights), other = made(flights);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("key"), &a.waiter), CMB_FLIGHT_LEADS);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("key"), &b.waiter), CMB_FLIGHT_WAITS);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("key"), &c.waiter), CMB_FLIGHT_WAITS);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("kez"), &other.waiter), CMB_FLIGHT_LEADS);
    ASSERT_NUMBER(cmb_flights_count(flights), 2);
    ASSERT_NUMBER(cmb_flights_land(flights, CMB_TEXT("key"), 7, "answer"), 2);
    CU_ASSERT(a.called == 0 && b.called == 1 && c.called == 1 && b.status == 7);
    ASSERT_TEXT(c.answer, "answer");
    ASSERT_NUMBER(cmb_flights_land(flights, CMB_TEXT("key"), 7, "answer"), 0);
    ASSERT_NUMBER(cmb_flights_land(flights, CMB_TEXT("kez"), 0, NULL), 0);
    ASSERT_NUMBER(cmb_flights_count(flights), 0);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("key"), &b.waiter), CMB_FLIGHT_LEADS);
    cmb_flights_free(flights);
    cmb_flights_free(NULL);
}

static void lets_waiters_leave(void)
{
    struct cmb_flights *flights = cmb_flights_new(4);
    struct asker a = made(flights), b = made(flights), c = made(flights), d = made(flights);
    cmb_flights_join(flights, CMB_TEXT("key"), &a.waiter);
    cmb_flights_join(flights, CMB_TEXT("key"), &b.waiter);
    cmb_flights_join(flights, CMB_TEXT("key"), &c.waiter);
    cmb_flights_leave(flights, &c.waiter);
    cmb_flights_leave(flights, &c.waiter);
    cmb_flights_leave(flights, &a.waiter);
    cmb_flights_join(flights, CMB_TEXT("key"), &d.waiter);
    ASSERT_NUMBER(cmb_flights_land(flights, CMB_TEXT("key"), 0, NULL), 2);
    CU_ASSERT(b.called == 1 && c.called == 0 && d.called == 1);
    cmb_flights_free(flights);
}

static void survives_what_the_called_do(void)
{
    struct cmb_flights *flights = cmb_flights_new(1);
    struct asker leader = made(flights), a = made(flights), b = made(flights), c = made(flights);
    a.pushes_out = &b;
    a.asks_again = true;
    c.asks_again = true;
    cmb_flights_join(flights, CMB_TEXT("key"), &leader.waiter);
    cmb_flights_join(flights, CMB_TEXT("key"), &a.waiter);
    cmb_flights_join(flights, CMB_TEXT("key"), &b.waiter);
    cmb_flights_join(flights, CMB_TEXT("key"), &c.waiter);
    ASSERT_NUMBER(cmb_flights_land(flights, CMB_TEXT("key"), 0, NULL), 2);
    CU_ASSERT(a.called == 1 && b.called == 0 && c.called == 1);
    ASSERT_NUMBER(a.role, CMB_FLIGHT_LEADS);
    ASSERT_NUMBER(c.role, CMB_FLIGHT_WAITS);
    cmb_flights_leave(flights, &c.waiter);
    cmb_flights_free(flights);
}

static void flies_alone_without_room(void)
{
    struct cmb_flights *flights = cmb_flights_new(2);
    struct asker askers[3] = { made(flights), made(flights), made(flights) };
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("a"), &askers[0].waiter), CMB_FLIGHT_LEADS);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("b"), &askers[1].waiter), CMB_FLIGHT_LEADS);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("c"), &askers[2].waiter), CMB_FLIGHT_ALONE);
    ASSERT_NUMBER(cmb_flights_count(flights), 2);
    cmb_flights_land(flights, CMB_TEXT("a"), 0, NULL);
    ASSERT_NUMBER(cmb_flights_join(flights, CMB_TEXT("c"), &askers[2].waiter), CMB_FLIGHT_LEADS);
    cmb_flights_free(flights);
}

TEST_SUITE("cache/flight", { "lets one fetch for all", lets_one_fetch_for_all },
           { "lets waiters leave", lets_waiters_leave },
           { "survives what the called do", survives_what_the_called_do },
           { "flies alone when there is no room", flies_alone_without_room })
