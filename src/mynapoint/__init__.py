"""mynapoint: a card-verified cashless points programme, its three parties and the law they share."""
