/* Private keys made up for the tests; they open nothing. */
#ifndef TEST_CRYPTO_KEYS_H
#define TEST_CRYPTO_KEYS_H

#define EC_SEC1_PEM                                                                                \
    "-----BEGIN EC PRIVATE KEY-----\n"                                                             \
    "MHcCAQEEIGdzHeavFNLbD1P7pGWAiDp2TsGctMD67U1zOwH7tsl6oAoGCCqGSM49\n"                           \
    "AwEHoUQDQgAEvnUxlKCRj9XOi9Vi7CRvd6RJMlm7oURpS3R88uEWPUf3HFoHtlWq\n"                           \
    "v7AHBVz58pECA7oFBykDYGWO5Bz0LCzETg==\n"                                                       \
    "-----END EC PRIVATE KEY-----\n"

#define EC_PKCS8_PEM                                                                               \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZ3Md5q8U0tsPU/uk\n"                           \
    "ZYCIOnZOwZy0wPrtTXM7Afu2yXqhRANCAAS+dTGUoJGP1c6L1WLsJG93pEkyWbuh\n"                           \
    "RGlLdHzy4RY9R/ccWge2Vaq/sAcFXPnykQIDugUHKQNgZY7kHPQsLMRO\n"                                   \
    "-----END PRIVATE KEY-----\n"

#define EC_SECP256K1_PEM                                                                           \
    "-----BEGIN EC PRIVATE KEY-----\n"                                                             \
    "MHQCAQEEIKhGQdrQf3A9XJKHg596qyc+2DPzRsRsFjj2GszBQplooAcGBSuBBAAK\n"                           \
    "oUQDQgAEupSF31FGzkPY6YQ943dBKFhKNp0MV3Lu3CmwkOvP1dcp210L5Ujyi3PT\n"                           \
    "Mxb0RgQLhQkQ2fczOZ9Z8/ohb3WJlg==\n"                                                           \
    "-----END EC PRIVATE KEY-----\n"

#define EC_ENCRYPTED_PEM                                                                           \
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                                                      \
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhDIErnTc/e1gICCAAw\n"                           \
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEG9n9F7kAHURO41H08ubACgEgZAE\n"                           \
    "jP43Z3F4f30v3887lo7++jPqAoTVoeTBkYEN9cdDRiWPTW2KRYu3EaKj7u/l68lg\n"                           \
    "2Xi9yywpxv6mx10mZUCUiuqUw1I3IfpcI45Pyp3pCvHuBf1DVH+sbfCcxLXgwR7y\n"                           \
    "1XLbGhwTbD4SgepFYd0PYlO2Srl9LkOlb/x3xof7EH0EhS4E4BmbUXdcX3QAeF0=\n"                           \
    "-----END ENCRYPTED PRIVATE KEY-----\n"

#define RSA_PKCS1_PEM                                                                              \
    "-----BEGIN RSA PRIVATE KEY-----\n"                                                            \
    "MIIEpAIBAAKCAQEA3DxwU1O59GU+6/JUQ1faNwM+J/fftDdnsnAy3oa6OCkR62hl\n"                           \
    "90FSX9EWVNrQlzwARuX2gkiMU981729znU75Runx+VU/9KL/xnnDbYlwIAR/FPY+\n"                           \
    "XRrwq0q0gErwiujMVdCkNf96K8NzY+8OEdk2l2kTcD1cfPegQZ5h4mfvm33qPU3a\n"                           \
    "FNN13XrnTCPPDyfaYUL76fIPrwoUlbgqXOq5AmVdE6B4kiv+Lmiykg/UfRfmPzEz\n"                           \
    "gPj1FFZUMU9oSQ1naTa956DUaGgGsDiKADPraRDG6gXFPKvwvOu7QHUdXm0dhIAJ\n"                           \
    "TvfEP6wsJ4OiUj1U6k7X92dfaxDVXxxHQWH9NQIDAQABAoIBADRSn5UMZTds/l/r\n"                           \
    "+JzvOEatnIy+VQVpzFcWVN+NPpytFTbKXL87Y6ij8hxCyB/F/4LYi5I0TjJ260dx\n"                           \
    "QRR0eMCiP/yuhj1GpGGw9/8EEgFpUA/Y2MQh7F+lpfB83V0DJdiVcw3pHktbagSp\n"                           \
    "/Lu80T1zl0ypJ1oBMq+kQzkY3FIiTTeDTfGomMM7jdkxNbQ+Pft6eeEQZI+c3aVG\n"                           \
    "UL+V+FrEBG2/wyTlCfJ8yTsz2Yp0Czr0atwR428fk6DvmpiLkfn9Ze50WI67Y+lE\n"                           \
    "2P0B8ncKCL2mckOKjgze0lQAfhszf8hh05F+gvIuvJg2BREdhpiJJqv380oqWheG\n"                           \
    "+M0DNVkCgYEA8UI82uUDrGxQI+RAJStbMcbGMbnQkefs9nZokT4ClMpq4r4xhWUV\n"                           \
    "ezoBWazwU2cXBV0z8jJ4+G9Ln8iCnbuL0Lb9Dn5z72hIkJH4uS+30vjU7VmfDPFI\n"                           \
    "z5nToJ9LyOCdxW+c8xHoCOYRN2ygR4gvHxPcNZE5ks4zs1iWw3W/XUMCgYEA6bFd\n"                           \
    "hre+hBfRElCGQlClQppIWcyFfzl+K3iGcqX7P3eaNR4FaUikOga9o4qTie08AjXh\n"                           \
    "qy8urGyyAUAR0mjWjTufuYqdE8a92hLsv0HA/t8cDg09x/KFmSwXCDN7C1zuw8cf\n"                           \
    "mAJMACGkclSTn5inhOOjafwvMU0HJ3QKMgOJmCcCgYEAnlpjpyl6Z8oQL/65O6xh\n"                           \
    "hyJ5JFpaU+pu1raRnAOfnhneXkWIK45VszQ3fqzMcXHQ4mxylB4c2LP0Z0Qst2tK\n"                           \
    "MgxpvQGzBwjj2EB3iNWRSqCY4dFZXB1jNSA6j8r+6zLDW7wOwFyYeH7J/h8GdO0m\n"                           \
    "QLfAakiQCZPey3DyRAkdOhECgYEAv1PPVrSo7kzxhyUWRsTwCI94HM0tnvPbMIwE\n"                           \
    "x2jNQzEQt9xUYdZvXnKWYIbcNFhegRDMKfL/K3vyYMOr07Cxt//QzX+HCuH0Hc7Q\n"                           \
    "teWHtSPFPFvq8QDGEJngYX6EhtEXSoKEg1eeEZ15nYFRO6Enxcz5xZQKrzp5WPvQ\n"                           \
    "PRJYXJECgYA/UmY2ppT/dKUII5mL8JUoLM4lzvJKTSDrCLXg+cGkBQ0qmmUnf7e8\n"                           \
    "/oP4uyzH3ppGvs9OBBPTxnhmShfoklhX6Zg3KGPXLwsPWNXplEreDhbVXB8vdUtl\n"                           \
    "CmBoXuyWggvADixzoSp0Zd7HJfwz0OZ9H3oL31BN1giohO4o8ZLSfw==\n"                                   \
    "-----END RSA PRIVATE KEY-----\n"

#define RSA_PKCS8_PEM                                                                              \
    "-----BEGIN PRIVATE KEY-----\n"                                                                \
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDcPHBTU7n0ZT7r\n"                           \
    "8lRDV9o3Az4n99+0N2eycDLehro4KRHraGX3QVJf0RZU2tCXPABG5faCSIxT3zXv\n"                           \
    "b3OdTvlG6fH5VT/0ov/GecNtiXAgBH8U9j5dGvCrSrSASvCK6MxV0KQ1/3orw3Nj\n"                           \
    "7w4R2TaXaRNwPVx896BBnmHiZ++bfeo9TdoU03XdeudMI88PJ9phQvvp8g+vChSV\n"                           \
    "uCpc6rkCZV0ToHiSK/4uaLKSD9R9F+Y/MTOA+PUUVlQxT2hJDWdpNr3noNRoaAaw\n"                           \
    "OIoAM+tpEMbqBcU8q/C867tAdR1ebR2EgAlO98Q/rCwng6JSPVTqTtf3Z19rENVf\n"                           \
    "HEdBYf01AgMBAAECggEANFKflQxlN2z+X+v4nO84Rq2cjL5VBWnMVxZU340+nK0V\n"                           \
    "NspcvztjqKPyHELIH8X/gtiLkjROMnbrR3FBFHR4wKI//K6GPUakYbD3/wQSAWlQ\n"                           \
    "D9jYxCHsX6Wl8HzdXQMl2JVzDekeS1tqBKn8u7zRPXOXTKknWgEyr6RDORjcUiJN\n"                           \
    "N4NN8aiYwzuN2TE1tD49+3p54RBkj5zdpUZQv5X4WsQEbb/DJOUJ8nzJOzPZinQL\n"                           \
    "OvRq3BHjbx+ToO+amIuR+f1l7nRYjrtj6UTY/QHydwoIvaZyQ4qODN7SVAB+GzN/\n"                           \
    "yGHTkX6C8i68mDYFER2GmIkmq/fzSipaF4b4zQM1WQKBgQDxQjza5QOsbFAj5EAl\n"                           \
    "K1sxxsYxudCR5+z2dmiRPgKUymrivjGFZRV7OgFZrPBTZxcFXTPyMnj4b0ufyIKd\n"                           \
    "u4vQtv0OfnPvaEiQkfi5L7fS+NTtWZ8M8UjPmdOgn0vI4J3Fb5zzEegI5hE3bKBH\n"                           \
    "iC8fE9w1kTmSzjOzWJbDdb9dQwKBgQDpsV2Gt76EF9ESUIZCUKVCmkhZzIV/OX4r\n"                           \
    "eIZypfs/d5o1HgVpSKQ6Br2jipOJ7TwCNeGrLy6sbLIBQBHSaNaNO5+5ip0Txr3a\n"                           \
    "Euy/QcD+3xwODT3H8oWZLBcIM3sLXO7Dxx+YAkwAIaRyVJOfmKeE46Np/C8xTQcn\n"                           \
    "dAoyA4mYJwKBgQCeWmOnKXpnyhAv/rk7rGGHInkkWlpT6m7WtpGcA5+eGd5eRYgr\n"                           \
    "jlWzNDd+rMxxcdDibHKUHhzYs/RnRCy3a0oyDGm9AbMHCOPYQHeI1ZFKoJjh0Vlc\n"                           \
    "HWM1IDqPyv7rMsNbvA7AXJh4fsn+HwZ07SZAt8BqSJAJk97LcPJECR06EQKBgQC/\n"                           \
    "U89WtKjuTPGHJRZGxPAIj3gczS2e89swjATHaM1DMRC33FRh1m9ecpZghtw0WF6B\n"                           \
    "EMwp8v8re/Jgw6vTsLG3/9DNf4cK4fQdztC15Ye1I8U8W+rxAMYQmeBhfoSG0RdK\n"                           \
    "goSDV54RnXmdgVE7oSfFzPnFlAqvOnlY+9A9ElhckQKBgD9SZjamlP90pQgjmYvw\n"                           \
    "lSgsziXO8kpNIOsIteD5waQFDSqaZSd/t7z+g/i7LMfemka+z04EE9PGeGZKF+iS\n"                           \
    "WFfpmDcoY9cvCw9Y1emUSt4OFtVcHy91S2UKYGhe7JaCC8AOLHOhKnRl3scl/DPQ\n"                           \
    "5n0fegvfUE3WCKiE7ijxktJ/\n"                                                                   \
    "-----END PRIVATE KEY-----\n"

#define EC_SEC1_BASE64                                                                             \
    "MHcCAQEEIGdzHeavFNLbD1P7pGWAiDp2TsGctMD67U1zOwH7tsl6oAoGCCqGSM49AwEHoUQDQgAEvnUx"             \
    "lKCRj9XOi9Vi7CRvd6RJMlm7oURpS3R88uEWPUf3HFoHtlWqv7AHBVz58pECA7oFBykDYGWO5Bz0LCzE"             \
    "Tg=="

#define RSA_1024_BASE64                                                                            \
    "MIICXAIBAAKBgQCqEls8MW3QX2VYWAT+IM5O/5eRbz73DU2SErCFOoFT6tQWSmucDTUMYVJeUudjYpXr"             \
    "k3oZYgZFSwlMvOLSDDX9E/dbp1Z8tIL9FoXdp8UHQW86aVev+Q5xYbhOSUc3CQ6hzKrIjM1HnWEPpphu"             \
    "FwUFgCo+lMG0XS5bOgXEd/LvawIDAQABAoGAczZeQifGGcwWTsPKFhJJUPELT8XKJPkJHLS2inq41A2Y"             \
    "QcWGor+7uThQ4X9OK2DE6UMOCxYB431Svn6TNfJ5u23ar2HIgZ1agUlISPVIcQJPyRpMFC7p9LXKHJKi"             \
    "BXmdIIp9WFVIjxQmAGpPD0lBawqj8JPsgHPjnU8XUd8QMFECQQDigu7gZMyFea0a9kYZoEOD7FIV/edg"             \
    "GbxgK5UfrgWa+PM0S9SoBlMoFggk7mw88NXf1fo9AhDNXOv/N7tmqAFTAkEAwDZtBEAg8o3yludSmyZW"             \
    "S1e47t5foWQWmYYFW6I45jgU/ifeoVY68gJAXWF1tZwQU8cdsWluxrG4MMkPN8OeiQJAXCElR9+30BJN"             \
    "dkn0+TdWPrJAMPG0ykGtfPA9F0WQwhe/0+WD+VOZPxS2+05+d8r9Mq21ulq8usqwsn3Ym0h6QQJAAQMI"             \
    "VeJkigJXSZYUKD7ua10d2xwOktHtEIfVFWNoO0YGTkQ1dtH2Y3nBjvxJW1hj+ZztuhZc/+zFlHQqgVel"             \
    "SQJBAKDKdiSqCYy12LB5lSPEGIuMIr5qrPiZwC2o5o/Y3TKSUizubEiC6431JbTsye6sFv5YKv5rux2a"             \
    "kCQZNX2eSqU="

#define X25519_BASE64 "MC4CAQAwBQYDK2VuBCIEIJgMDYhEdgtcJWbHVjAtz3Kr4YaFd8nKOb8RS+XP0BZH"

/* 16 bytes from the middle of the RSA key's first prime, inverted; and turned round. */
#define RSA_PRIME_INVERTED "4902f1818c1097b76f6e0746d0482d07"
#define RSA_PRIME_TURNED   "072d48d046076e6fb797108c81f10249"

#endif
