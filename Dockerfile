# Limn on a server without a GPU: docker build -t limn . && docker run -p 8501:8501 limn
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* && useradd --create-home limn
USER limn
WORKDIR /home/limn/app
ENV PATH=/home/limn/.local/bin:$PATH PYTHONUNBUFFERED=1
COPY --chown=limn requirements.txt .
# For PyTorch's small CPU build: --build-arg TORCH="--index-url ADDRESS_OF_ITS_CPU_INDEX torch==2.13.0"
ARG TORCH="torch==2.13.0"
RUN pip install --user --no-cache-dir $TORCH \
    && pip install --user --no-cache-dir -r requirements.txt
COPY --chown=limn . .
VOLUME /home/limn/app/cache
EXPOSE 8501
HEALTHCHECK CMD curl --fail http://localhost:8501/_stcore/health || exit 1
CMD ["streamlit", "run", "streamlit_app.py", "--server.address=0.0.0.0", "--server.fileWatcherType=none"]
