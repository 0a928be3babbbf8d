FROM node:20 build
RUN npm ci
