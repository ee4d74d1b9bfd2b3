"""The methods of the API, each as a function that returns its request: the source of both halves' ``resources``.

``sdk/tools/generate_resources.py`` writes from every function

- the method of the resource, with the four options spelled out,
- the method of ``with_raw_response`` and of ``with_streaming_response``.

A module is a resource, and its docstring becomes the docstring of the resource's class. A function that returns
``Request[Chat]`` makes a method that returns a ``Chat``. One that returns ``PageRequest[Chat]`` makes a list method.
The functions do no I/O and know nothing of sync and async.
"""
