app-name = Toàn Cảnh
