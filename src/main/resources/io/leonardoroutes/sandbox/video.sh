#!/usr/bin/env bash
# How video.mp4 and poster.jpg were made: a sunrise over the sea, two seconds, by ffmpeg alone.
set -e
SUN="hypot(X-320,Y-(205-38*T))"
SKY="lt(Y,216)"
S="(Y/216)"
W="((Y-216)/144)"
GLOW="exp(-$SUN/90)"
RIP="(0.5+0.5*sin(1.1*(Y-216)/(0.35+1.6*$W)-5*T+2.2*sin(X/(24+60*$W)+T)))"
PATH_="exp(-abs(X-320+14*sin(Y/5-4*T))/(22+70*$W))"
CLOUD="(max(0,sin((X+26*T)/95+1.3*sin(Y/23))*sin(Y/15-0.9)-0.25)*lt(Y,150))"
R="if($SKY,if(lt($SUN,34),255,min(255,52+170*$S+110*$GLOW+60*$CLOUD)),min(255,70-40*$W+40*$RIP+190*$PATH_*$RIP))"
G="if($SKY,if(lt($SUN,34),226,min(255,58+86*$S+88*$GLOW+44*$CLOUD)),min(255,74-38*$W+34*$RIP+130*$PATH_*$RIP))"
B="if($SKY,if(lt($SUN,34),160,min(255,122+6*$S+20*$GLOW+40*$CLOUD)),min(255,118-50*$W+30*$RIP+40*$PATH_*$RIP))"
ffmpeg -v error -y -f lavfi -i "color=black:s=640x360:r=24:d=2,format=gbrp,geq=r='$R':g='$G':b='$B'" \
  -c:v libx264 -preset veryslow -crf 30 -pix_fmt yuv420p -profile:v main -fflags +bitexact -flags:v +bitexact -movflags +faststart video.mp4
ffmpeg -v error -y -ss 1 -i video.mp4 -frames:v 1 -q:v 5 -fflags +bitexact -flags:v +bitexact poster.jpg
