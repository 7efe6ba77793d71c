# The labs in a container, without a GPU:
#
#     docker build -t labs . && docker run --rm -p 127.0.0.1:8888:8888 -v labs:/home/learner labs
#
# It prints an address with a token in it: open that. What a learner writes is in the volume `labs`, and
# stays when the image is made anew; see lablib/start.py.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock .
RUN python -m venv /opt/labs \
    && /opt/labs/bin/pip install --no-cache-dir --no-deps "$(grep '^torch==' requirements.lock)" \
        --index-url https://download.pytorch.org/whl/cpu
COPY . .
# What a house needs beside the labs: --build-arg MORE=jupyterhub for Zero to JupyterHub.
ARG MORE=
RUN /opt/labs/bin/pip install --no-cache-dir -c requirements.lock '.[minilm]' $MORE \
    && /opt/labs/bin/python -m compileall -q /opt/labs/lib

FROM python:3.12-slim-bookworm
RUN useradd --create-home learner
COPY --from=build /opt/labs /opt/labs
ENV PATH=/opt/labs/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER learner
WORKDIR /home/learner
EXPOSE 8888
# 0.0.0.0 is the container's own network; what reaches it is said by -p above.
CMD ["lablab", "/home/learner/labs", "--no-browser", "--ip=0.0.0.0", "--port=8888"]
