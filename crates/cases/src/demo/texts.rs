//! What people write in the demo, in words of our own.

/// The type of the demo's cases.
pub(super) const KIND: &str = "petitions.report";

/// A report: category, title, content, what was done.
pub(super) struct Text {
    pub category: &'static str,
    pub title: &'static str,
    pub content: &'static str,
    pub done: &'static str,
}

const fn text(
    category: &'static str,
    title: &'static str,
    content: &'static str,
    done: &'static str,
) -> Text {
    Text { category, title, content, done }
}

/// Where in a commune.
pub(super) const WHERE: [&str; 8] = [
    "gần chợ",
    "trước trường tiểu học",
    "đầu hẻm 12",
    "cạnh trạm y tế",
    "đoạn qua cầu nhỏ",
    "trước nhà văn hóa ấp",
    "gần ủy ban",
    "ngã ba đường liên ấp",
];

/// The reports.
pub(super) const TEXTS: [Text; 20] = [
    text(
        "road_hole",
        "Ổ gà sâu",
        "Mặt đường có ổ gà sâu, xe máy tránh rất nguy hiểm, nhất là buổi tối.",
        "Đã vá mặt đường bằng bê tông nhựa, cắm biển nhắc trong thời gian bảo dưỡng.",
    ),
    text(
        "manhole",
        "Mất nắp cống",
        "Nắp cống bị mất từ đêm qua, chưa có rào chắn, trẻ em hay chạy ngang.",
        "Đã rào chắn ngay và lắp nắp cống mới trong ngày.",
    ),
    text(
        "pavement",
        "Vỉa hè sụt gạch",
        "Gạch vỉa hè bong và sụt một đoạn khoảng ba mét, người già dễ vấp.",
        "Đã lát lại đoạn vỉa hè bị sụt.",
    ),
    text(
        "bridge",
        "Lan can cầu gãy",
        "Lan can cầu bê tông gãy một nhịp, xe qua lại đông vào giờ học.",
        "Đã gia cố tạm và thay nhịp lan can mới sau khi kiểm định.",
    ),
    text(
        "traffic_light",
        "Đèn tín hiệu không sáng",
        "Đèn tín hiệu giao thông không sáng hướng vào chợ từ sáng nay.",
        "Đã thay bộ nguồn, đèn hoạt động lại bình thường.",
    ),
    text(
        "traffic_jam",
        "Xe tải đỗ chắn lối",
        "Xe tải đỗ hai bên đường vào giờ cao điểm, xe buýt không qua được.",
        "Đã nhắc nhở, kẻ lại vạch cấm dừng và bố trí người trực giờ cao điểm.",
    ),
    text(
        "street_light",
        "Đèn đường tắt cả đoạn",
        "Năm trụ đèn liên tiếp không sáng hơn một tuần, đường rất tối.",
        "Đã thay bóng và sửa đường dây cấp cho cả năm trụ.",
    ),
    text(
        "power_line",
        "Dây điện sà thấp",
        "Dây điện sà xuống ngang đầu người sau mưa giông.",
        "Đã cắt điện, kéo căng lại dây và thay hai sứ cách điện.",
    ),
    text(
        "telecom_cable",
        "Cáp viễn thông đứt",
        "Cáp viễn thông đứt nằm trên mặt đường, xe dễ vướng.",
        "Đã thu gom cáp đứt, đơn vị quản lý nối lại trong ngày.",
    ),
    text(
        "waste_pile",
        "Rác tồn nhiều ngày",
        "Rác chất đống ba ngày chưa lấy, có mùi và nhiều ruồi.",
        "Đã thu gom, điều chỉnh lịch lấy rác và đặt thêm hai thùng.",
    ),
    text(
        "air_smell",
        "Khói đốt rơm",
        "Khói đốt rơm rạ bay vào khu dân cư mỗi chiều, khó thở.",
        "Đã làm việc với các hộ, hướng dẫn thu gom rơm; tổ tự quản theo dõi.",
    ),
    text(
        "water_pollution",
        "Nước kênh đen",
        "Nước kênh chuyển màu đen và có mùi sau khi cơ sở đầu nguồn xả.",
        "Đã lấy mẫu kiểm tra, lập biên bản cơ sở xả thải và yêu cầu khắc phục.",
    ),
    text(
        "noise",
        "Hát loa kéo khuya",
        "Quán ăn mở loa kéo đến gần nửa đêm, nhà có người bệnh.",
        "Đã lập biên bản nhắc nhở, chủ quán cam kết tắt loa trước 22 giờ.",
    ),
    text(
        "clean_water",
        "Nước máy yếu",
        "Nước máy chảy rất yếu vào buổi sáng và chiều tối.",
        "Đã xúc rửa đường ống nhánh và tăng áp giờ cao điểm.",
    ),
    text(
        "drain",
        "Cống nghẹt, ngập nước",
        "Mưa chừng nửa giờ là ngập, nước tràn vào nhà.",
        "Đã nạo vét hố ga và đoạn cống nghẹt.",
    ),
    text(
        "street_trade",
        "Bày bán lấn lòng đường",
        "Hàng quán bày lấn hết lề và nửa lòng đường.",
        "Đã vận động dời hàng vào trong vạch, duy trì kiểm tra hằng ngày.",
    ),
    text(
        "landslide",
        "Bờ sông nứt",
        "Bờ sông xuất hiện vết nứt dài, có nguy cơ sạt vào nhà dân.",
        "Đã cắm biển cảnh báo, di dời tài sản và kè tạm bằng cừ tràm.",
    ),
    text(
        "epidemic",
        "Nhiều muỗi, có ca sốt",
        "Quanh nhà trọ nhiều muỗi, tuần này có hai người sốt.",
        "Đã phun hóa chất diện rộng và diệt lăng quăng cùng bà con.",
    ),
    text(
        "procedure",
        "Hồ sơ trễ hẹn",
        "Hồ sơ đã quá ngày hẹn trả ba ngày mà chưa có kết quả.",
        "Đã trả kết quả và gửi thư xin lỗi vì trễ hẹn.",
    ),
    text(
        "animals",
        "Chó thả rông",
        "Đàn chó thả rông rượt người đi tập thể dục sáng.",
        "Đã nhắc chủ nuôi rọ mõm, tiêm phòng và nhốt chó.",
    ),
];
