/* support/order_state.h - is the life that is told of an order what the exchange's engine knows? */
#ifndef TEST_SUPPORT_ORDER_STATE_H
#define TEST_SUPPORT_ORDER_STATE_H

#include <cambist/orders.h>

static inline bool order_state_is(uint32_t life, uint32_t state)
{
    switch (life) {
    case CAMBIST_LIFE_WORKING: return state == CAMBIST_STATE_OPEN;
    case CAMBIST_LIFE_FILLED: return state == CAMBIST_STATE_CLOSED;
    case CAMBIST_LIFE_CANCELED:
        return state == CAMBIST_STATE_CANCELED || state == CAMBIST_STATE_EXPIRED;
    case CAMBIST_LIFE_EXPIRED: return state == CAMBIST_STATE_EXPIRED;
    default: return false;
    }
}

#endif
